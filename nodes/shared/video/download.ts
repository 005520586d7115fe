import type {
	IBinaryData,
	IDataObject,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import { describeText, httpUrl } from '../wire/answers';
import { downloadError } from './downloadError';
import type { Refusal } from './downloadError';
import { badInput } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { consumeWithin, FinalProblem, StorageProblem } from './stream';
import { Mp4Boxes } from './mp4';
import { retry } from '../time/retry';
import type { BodyStream } from '../http/body';
import { mayOpen } from '../http/networks';
import { transportOptions } from '../http/requestOptions';

/**
 * The longest wait for the first byte. After that, only silence is a fault: a long video over a
 * slow line is not.
 */
const timeoutMs = 300_000;
const maxSilenceMs = 60_000;
/** Eight seconds in 4K are a tenth of this. */
const maxBytes = 2 * 2 ** 30;
const maxRedirects = 5;
const maxNameLength = 100;

/**
 * Streams a video into n8n's binary storage, never holding it in memory. The provider's key is not
 * sent: media hosts are not the provider's API.
 *
 * @param expiresAt when the provider said that the link would die
 * @throws NodeApiError with the HTTP code when the link is dead or no video comes from it
 * @throws NodeOperationError when the node's own options are wrong
 */
export async function fetchVideo(
	item: Item,
	videoUrl: string,
	jobId: string | null,
	expiresAt: string | null = null,
): Promise<IBinaryData> {
	if (!httpUrl(videoUrl)) {
		throw badInput(
			item,
			'The video URL does not start with http:// or https://',
			'Give the videoUrl of a finished job',
		);
	}
	if (!(await mayOpen(item, videoUrl))) {
		throw badInput(
			item,
			'The video URL is on a private network',
			'Give the videoUrl of a finished job. This node opens a private network only where Base URL in its credential leads to one',
		);
	}
	const { signal } = item;
	const transport = transportOptions(item);
	const source = { videoUrl, jobId, transport };
	const take = item.provider.simulation ? takeSimulated : streamVideo;
	const result = await retry(async () => await take(item, source), {
		attempts: 3,
		firstDelayMs: 1000,
		mayRepeat: (attempt) => 'reason' in attempt && attempt.mayRecover,
		signal,
	});
	if ('binary' in result) return result.binary;
	signal?.throwIfAborted();
	throw downloadError(item, jobId, expiresAt, result);
}

interface Source {
	videoUrl: string;
	jobId: string | null;
	transport: ReturnType<typeof transportOptions>;
}

async function streamVideo(
	item: Item,
	{ videoUrl, jobId, transport }: Source,
): Promise<{ binary: IBinaryData } | Refusal> {
	const connection = new AbortController();
	const signals = [connection.signal, ...(item.signal ? [item.signal] : [])];
	const hangUp = () => connection.abort();
	try {
		const response = await open(item, videoUrl, {
			...transport,
			abortSignal: AbortSignal.any(signals),
		});
		if ('reason' in response) return response;
		const body = response.body as unknown as BodyStream;
		const expected = announcedBytes(response);
		const refusal = whyNoVideo(response) ?? whyTooLarge(expected);
		if (refusal) return refusal;
		const boxes = new Mp4Boxes();
		const isDeclared = /^(video\/|application\/mp4$)/.test(contentTypeOf(response));
		const inspect = (chunk: Buffer) => {
			boxes.push(chunk);
			if (boxes.isMp4 === false && !isDeclared) throw new FinalProblem(noVideo(response));
		};
		const { result, bytes } = await consumeWithin(
			body,
			{ maxBytes, maxSilenceMs, hangUp, inspect },
			async (stream) =>
				await item.functions.helpers.prepareBinaryData(stream, fileName(jobId), 'video/mp4'),
		);
		if (bytes === 0) return { reason: 'the link sent an empty file', mayRecover: true };
		if (!boxes.isMp4 && !isDeclared) return { reason: noVideo(response), mayRecover: false };
		// The announced length is another one when a host has compressed the file unasked. Then the MP4
		// boxes tell.
		const isWhole = bytes === expected || (boxes.isWhole ?? bytes > expected);
		if (!isWhole) {
			const all = expected > bytes ? `${expected} bytes` : 'the bytes of the MP4 file';
			return { reason: `only ${bytes} of ${all} arrived`, mayRecover: true };
		}
		return { binary: { ...result, bytes } };
	} catch (error) {
		const reason = describeText((error as Error).message) || 'the connection broke';
		return {
			reason,
			mayRecover: !(error instanceof FinalProblem),
			isStorage: error instanceof StorageProblem,
		};
	} finally {
		// An answer that is not read to its end would keep its connection open.
		hangUp();
	}
}

/** The clip of a simulated provider: no request leaves. */
async function takeSimulated(
	item: Item,
	{ videoUrl, jobId }: Source,
): Promise<{ binary: IBinaryData } | Refusal> {
	const file = item.provider.simulation?.file(videoUrl) ?? { reason: 'there is no such file' };
	if (!Buffer.isBuffer(file)) return { ...file, mayRecover: false };
	const { prepareBinaryData } = item.functions.helpers;
	const binary = await prepareBinaryData(file, fileName(jobId), 'video/mp4');
	return { binary: { ...binary, bytes: file.length } };
}

/** Follows redirects itself, so that none of them leaves http(s) or the public internet. */
async function open(
	item: Item,
	videoUrl: string,
	options: Partial<IHttpRequestOptions>,
): Promise<IN8nHttpFullResponse | Refusal> {
	let url = videoUrl;
	for (let redirects = 0; redirects <= maxRedirects; redirects++) {
		const response = (await item.functions.helpers.httpRequest({
			method: 'GET',
			url,
			// For a compressed answer, the announced length would say nothing about the stored file.
			headers: { 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			timeout: timeoutMs,
			...options,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		})) as IN8nHttpFullResponse;
		const { location } = response.headers as IDataObject;
		if (response.statusCode < 300 || response.statusCode > 399 || !location) return response;
		(response.body as unknown as BodyStream).resume();
		const target = URL.canParse(String(location), url) ? new URL(String(location), url).href : '';
		if (!httpUrl(target)) {
			return {
				reason: 'the link redirects to an address that is not http:// or https://',
				mayRecover: false,
			};
		}
		if (!(await mayOpen(item, target))) {
			return { reason: 'the link redirects to a private network', mayRecover: false };
		}
		url = target;
	}
	return { reason: `the link redirects more than ${maxRedirects} times`, mayRecover: false };
}

/** What the host says it sends; 0 where it does not say. */
const announcedBytes = ({ headers }: IN8nHttpFullResponse): number =>
	Number((headers as IDataObject)['content-length']) || 0;

const contentTypeOf = ({ headers }: IN8nHttpFullResponse): string =>
	String((headers as IDataObject)['content-type'] ?? '')
		.split(';')[0]
		.trim()
		.toLowerCase();

const noVideo = (response: IN8nHttpFullResponse): string =>
	`the link leads to ${describeText(contentTypeOf(response)) || 'a file of unknown type'}, not to a video`;

function whyTooLarge(bytes: number): Refusal | undefined {
	if (bytes <= maxBytes) return undefined;
	const reason = `the link leads to a file of ${(bytes / 2 ** 30).toFixed(1)} GB, which is too large for a video of a few seconds`;
	return { reason, mayRecover: false };
}

/** Types that are certainly not videos. For any other type, the first bytes tell. */
const noVideoTypes = /^(text|image|audio|font)\/|[/+](json|xml|html)$/;

function whyNoVideo(response: IN8nHttpFullResponse): Refusal | undefined {
	const { statusCode } = response;
	if (statusCode !== 200) {
		// A link may be given out before its file has reached the host.
		const mayRecover = statusCode >= 500 || [404, 408, 429].includes(statusCode);
		return { reason: `the link answered HTTP ${statusCode}`, httpCode: statusCode, mayRecover };
	}
	if (!noVideoTypes.test(contentTypeOf(response))) return undefined;
	return { reason: noVideo(response), mayRecover: false };
}

/** A job id may hold slashes and colons; a file name made of it must not leave its folder. */
const fileName = (jobId: string | null) =>
	`${(jobId ?? 'video')
		.replace(/[^\w.-]+/g, '_')
		.replace(/^\.+/, '')
		.slice(0, maxNameLength)}.mp4`;
