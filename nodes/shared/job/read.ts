import { describeText } from '../wire/answers';
import { isModelId } from '../wire/modelId';
import type { Item } from '../n8n/item';
import { jitter, pause } from '../time/pause';
import { retry } from '../time/retry';
import { failureOfSilence, isAnswer, retryAfterMs, send } from '../http/send';
import type { JobState, VideoProvider, WireRequest, WireResponse } from '../types';

export interface Reading {
	state: JobState;
	/** The provider's last answer, for those who switch Simplify off. */
	raw: WireResponse['body'] | null;
	/** How long the provider asked to be left alone. */
	retryAfterMs?: number;
}

/** A job and, where it is known, the model that makes it. */
export interface JobReference {
	jobId: string | null;
	model?: string | null;
}

/**
 * Models at whose addresses the job may be found: its own one or, where nobody says which that is,
 * one for each address of the provider.
 */
function placesOf(provider: VideoProvider, jobId: string, model?: string | null): string[] {
	if (model && isModelId(model)) return [model];
	const ids = provider.models.map(({ id }) => id);
	const addresses = ids.map((id) => JSON.stringify(provider.status.build(jobId, id)));
	return ids.filter((_, index) => addresses.indexOf(addresses[index]) === index);
}

const isUnknown = ({ state }: Reading) =>
	state.status === 'unreadable' && state.failure.code === 'not_found';

/**
 * Asks at one place of the job after the other until one knows it. Where none does, the answer of
 * the first place counts.
 */
export async function askAtPlaces<Answer>(
	{ provider }: Item,
	{ jobId, model }: JobReference,
	ask: (place: string) => Promise<Answer>,
	isUnknown: (answer: Answer) => boolean,
): Promise<Answer> {
	const [first, ...others] = placesOf(provider, String(jobId), model);
	const answer = await ask(first);
	for (const place of isUnknown(answer) ? others : []) {
		const other = await ask(place);
		if (!isUnknown(other)) return other;
	}
	return answer;
}

/** One look at a job: its status and, where the status of an ended job has none, its result. */
export const readJob = async (item: Item, job: JobReference): Promise<Reading> =>
	await askAtPlaces(
		item,
		job,
		async (place) => await readAt(item, String(job.jobId), place),
		isUnknown,
	);

async function readAt(item: Item, jobId: string, model: string): Promise<Reading> {
	const { status, result } = item.provider;
	const reading = await ask(item, status.build(jobId, model), status.parse);
	const { state } = reading;
	if (state.status !== 'settled' || !result) return reading;
	return await ask(item, result.build(jobId, model), (response) => result.parse(response, state));
}

async function ask(
	item: Item,
	request: WireRequest,
	parse: (response: WireResponse) => JobState,
): Promise<Reading> {
	const answer = await send(item, request);
	if (isAnswer(answer)) {
		return {
			state: parse(answer),
			raw: answer.body,
			retryAfterMs: retryAfterMs(answer, Date.now()),
		};
	}
	return unread(answer.message);
}

/** Nothing is known now, but asking again may help. */
const unread = (message: string): Reading => ({
	raw: null,
	state: { status: 'unreadable', failure: failureOfSilence({ message }) },
});

/**
 * One look at a job that is paid for. An error while asking does not mean that the job has ended.
 */
export const lookAtJob = async (item: Item, job: JobReference): Promise<Reading> =>
	await readJob(item, job).catch(({ message }: Error) =>
		unread(describeText(message) || 'the job could not be read'),
	);

const maxAttempts = 4;
const longestWaitMs = 30_000;

/** Reads until the provider answers: a paid job must not look lost because one GET was unlucky. */
export const readJobPatiently = async (item: Item, job: JobReference): Promise<Reading> =>
	await untilFinished(item, async () => await readUntilAnswered(item, job));

/**
 * A look at a job that its provider has called about. It is not certain that the provider calls
 * again.
 */
export const lookAtEndedJob = async (item: Item, job: JobReference): Promise<Reading> =>
	await untilFinished(item, async () => await lookAtJob(item, job));

const finishingMs = 1000;

/** Some providers say `completed` a moment before there is a video. This waits that moment. */
async function untilFinished(item: Item, read: () => Promise<Reading>): Promise<Reading> {
	let reading = await read();
	for (let attempt = 1; attempt < maxAttempts && isFinishing(reading); attempt++) {
		await pause(jitter(finishingMs), item.signal);
		const next = await read();
		// A question that failed does not change what is known.
		if (next.state.status === 'unreadable') break;
		reading = next;
	}
	return reading;
}

/** When the provider asks for a longer break than that moment, what is known is the answer. */
const isFinishing = ({ state, retryAfterMs: breakMs = 0 }: Reading): boolean =>
	'isFinishing' in state && breakMs <= finishingMs;

const readUntilAnswered = async (item: Item, job: JobReference): Promise<Reading> =>
	await retry(async () => await readJob(item, job), {
		attempts: maxAttempts,
		firstDelayMs: 500,
		mayRepeat: ({ state }) => state.status === 'unreadable' && state.failure.retryable,
		askedMs: ({ retryAfterMs: asked }) => asked && Math.min(asked, longestWaitMs),
		signal: item.signal,
	});
