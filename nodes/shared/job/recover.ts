import { failureOfSilence, isAnswer, retryAfterMs, send } from '../http/send';
import { badInput, JobError } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { retry } from '../time/retry';
import type {
	Failure,
	RecordedRequest,
	RecordedRequests,
	VideoProvider,
	VideoRequest,
} from '../types';
import { isFailure } from '../wire/answers';

type Recover = NonNullable<VideoProvider['recover']>;

export interface Search {
	/** How far back, in hours. */
	hours: number;
	/** Uploaded files have other URLs in each try, so they cannot be compared. */
	hasUrls: boolean;
}

const hourMs = 60 * 60 * 1000;
const mostPages = 20;
const mostIdsNamed = 10;

/**
 * The one request on the provider's record that asked for the same. Other people may use the
 * account: what they asked for stays here.
 *
 * @throws NodeApiError where there is none, or more than one
 */
export async function findRequest(
	item: Item,
	recover: Recover,
	request: VideoRequest,
	search: Search,
): Promise<RecordedRequest> {
	const records = await readRecords(item, recover, request, search);
	const alike = records.filter((record) => isAlike(record, request, search));
	const candidates = alike.length > 1 ? alike.filter((record) => fits(record, request)) : alike;
	if (candidates.length === 1) return candidates[0];
	if (candidates.length === 0 && alike.length === 0) throw nothingFound(item, records, search);
	throw ambiguous(item, candidates.length > 0 ? candidates : alike);
}

async function readRecords(
	item: Item,
	recover: Recover,
	{ model }: VideoRequest,
	{ hours }: Search,
): Promise<RecordedRequest[]> {
	const start = new Date(Date.now() - hours * hourMs).toISOString();
	const records = new Map<string, RecordedRequest>();
	let cursor: string | undefined;
	for (let page = 0; page < mostPages; page++) {
		const found = await readPage(item, recover, model.id, { start, cursor });
		for (const record of found.requests) records.set(record.jobId, record);
		cursor = found.cursor;
		if (cursor === undefined) return [...records.values()];
	}
	throw badInput(
		item,
		`more than ${records.size} requests were made in the last ${hours} hours`,
		'Give a smaller number in Within (Hours), so that all of them can be compared',
	);
}

async function readPage(
	item: Item,
	{ build, parse }: Recover,
	modelId: string,
	page: Parameters<Recover['build']>[1],
): Promise<RecordedRequests> {
	const answer = await retry(async () => await send(item, build(modelId, page)), {
		attempts: 4,
		firstDelayMs: 500,
		mayRepeat: (result) => !isAnswer(result) || result.status === 429 || result.status >= 500,
		askedMs: (result) => (isAnswer(result) ? retryAfterMs(result, Date.now()) : undefined),
		longestWaitMs: 30_000,
		signal: item.signal,
	});
	if (!isAnswer(answer)) throw new JobError(item, failureOfSilence(answer));
	const found = parse(answer);
	if (isFailure(found)) throw new JobError(item, found, { httpCode: answer.status });
	return found;
}

/** Whether it asked for the same video, as far as a provider certainly repeats what it was sent. */
function isAlike(record: RecordedRequest, request: VideoRequest, { hasUrls }: Search): boolean {
	if (record.prompt !== request.prompt) return false;
	return !hasUrls || isSame(record.imageUrls, request.imageUrls);
}

/** Whether the rest of the request does not speak against it; images have been compared. */
function fits({ input = {} }: RecordedRequest, request: VideoRequest): boolean {
	const asked = Object.entries(request.model.body(request));
	return asked.every(
		([name, value]) =>
			value === undefined ||
			input[name] === undefined ||
			Array.isArray(value) ||
			isSame(input[name], value),
	);
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

function nothingFound(item: Item, records: RecordedRequest[], { hours, hasUrls }: Search) {
	const unknown = records.filter(({ input }) => input === undefined).length;
	const same = hasUrls ? 'model, prompt and image URLs' : 'model and prompt';
	const failure: Failure = {
		code: 'not_found',
		message: `no request of the last ${hours} hours has the same ${same}`,
		retryable: true,
		nextStep: `This does not prove that nothing was billed: a request that still runs may not be listed yet${unknown > 0 ? `, and for ${unknown} the prompt is not known` : ''}. Run Recover again in a few minutes, or look in your ${item.provider.displayName} dashboard before you submit once more`,
	};
	return new JobError(item, failure);
}

function ambiguous(item: Item, candidates: RecordedRequest[]) {
	const ids = candidates.slice(0, mostIdsNamed).map(({ jobId }) => jobId);
	return badInput(
		item,
		`${candidates.length} requests ask for this video, and it is not known which one you mean`,
		`Give a smaller number in Within (Hours), or check each with Job > Get. Job IDs: ${ids.join(', ')}`,
	);
}
