import { NodeApiError } from 'n8n-workflow';
import type { IBinaryData, IDataObject, IN8nHttpFullResponse } from 'n8n-workflow';

import { describeText, httpUrl } from './answers';
import { badInput } from './failure';
import type { Item } from './item';
import { consumeWithin } from './mediaStream';
import type { MediaStream } from './mediaStream';
import { jitter, pause } from './pause';
import { transportOptions } from './requestOptions';

const maxAttempts = 3;
/** For the first byte; after that, a long video over a slow line is not a fault, but silence is. */
const timeoutMs = 300_000;
const maxSilenceMs = 60_000;
/** Eight seconds in 4K are a tenth of this. */
const maxBytes = 2 * 2 ** 30;
const maxRedirects = 5;

interface Refusal {
	reason: string;
	httpCode?: number;
	mayRecover: boolean;
}

/**
 * Streams a video into n8n's binary storage, never holding it in memory. The provider's key is not
 * sent: media hosts are not the provider's API.
 *
 * @param expiresAt when the provider said that the link would die
 * @throws NodeApiError with the HTTP code when the link is dead or no video comes from it
 */
export async function fetchVideo(
	item: Item,
	videoUrl: string,
	jobId: string | null,
	expiresAt: string | null = null,
): Promise<IBinaryData> {
	if (!httpUrl(videoUrl)) {
		throw badInput(
			item.node,
			item.index,
			'The video URL does not start with http:// or https://',
			'Give the videoUrl of a finished job',
		);
	}
	const signal = item.signal;
	for (let attempt = 1; ; attempt++) {
		const result = await streamVideo(item, videoUrl, jobId);
		if ('binary' in result) return result.binary;
		signal?.throwIfAborted();
		if (!result.mayRecover || attempt === maxAttempts) {
			throw downloadError(item, jobId, expiresAt, result);
		}
		await pause(jitter(1000 * 2 ** (attempt - 1)), signal);
	}
}

async function streamVideo(
	item: Item,
	videoUrl: string,
	jobId: string | null,
): Promise<{ binary: IBinaryData } | Refusal> {
	const connection = new AbortController();
	const signals = [connection.signal, ...(item.signal ? [item.signal] : [])];
	const hangUp = () => connection.abort();
	try {
		const response = await open(item, videoUrl, AbortSignal.any(signals));
		if ('reason' in response) return response;
		const expected = announcedBytes(response);
		const refusal = whyNoVideo(response) ?? whyTooLarge(expected);
		if (refusal) return refusal;
		const { bytes, ...binary } = await consumeWithin(
			response.body as unknown as MediaStream,
			{ maxBytes, maxSilenceMs, hangUp },
			async (stream) =>
				await item.functions.helpers.prepareBinaryData(stream, fileName(jobId), 'video/mp4'),
		);
		if (bytes === 0) return { reason: 'the link sent an empty file', mayRecover: true };
		// There may be more than announced: a host may compress what is asked for uncompressed.
		if (bytes === undefined || bytes >= expected) return { binary: { ...binary, bytes } };
		return { reason: `only ${bytes} of ${expected} bytes arrived`, mayRecover: true };
	} catch (error) {
		return { reason: describeText(error.message) || 'the connection broke', mayRecover: true };
	} finally {
		// What was not read to its end would keep its connection.
		hangUp();
	}
}

/** Follows redirects itself, so that none of them leaves http(s) whatever the HTTP client allows. */
async function open(
	item: Item,
	videoUrl: string,
	abortSignal: AbortSignal,
): Promise<IN8nHttpFullResponse | Refusal> {
	let url = videoUrl;
	for (let redirects = 0; redirects <= maxRedirects; redirects++) {
		const response = (await item.functions.helpers.httpRequest({
			method: 'GET',
			url,
			// Compressed, the announced length would say nothing about what is stored.
			headers: { 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			timeout: timeoutMs,
			...transportOptions(item),
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			abortSignal,
		})) as IN8nHttpFullResponse;
		const { location } = response.headers as IDataObject;
		if (response.statusCode < 300 || response.statusCode > 399 || !location) return response;
		(response.body as unknown as MediaStream).resume();
		const target = URL.canParse(String(location), url) ? new URL(String(location), url).href : '';
		if (!httpUrl(target)) {
			return {
				reason: 'the link redirects to an address that is not http:// or https://',
				mayRecover: false,
			};
		}
		url = target;
	}
	return { reason: `the link redirects more than ${maxRedirects} times`, mayRecover: false };
}

/** What the host says it sends; 0 where it does not say. */
const announcedBytes = ({ headers }: IN8nHttpFullResponse): number =>
	Number((headers as IDataObject)['content-length']) || 0;

function whyTooLarge(bytes: number): Refusal | undefined {
	if (bytes <= maxBytes) return undefined;
	const reason = `the link leads to a file of ${(bytes / 2 ** 30).toFixed(1)} GB, which is no video of a few seconds`;
	return { reason, mayRecover: false };
}

/** Error pages come as HTML with any status; a video has a video's content type, or none to speak of. */
function whyNoVideo({ statusCode, headers }: IN8nHttpFullResponse): Refusal | undefined {
	if (statusCode !== 200) {
		const mayRecover = statusCode >= 500 || statusCode === 429;
		return { reason: `the link answered HTTP ${statusCode}`, httpCode: statusCode, mayRecover };
	}
	const contentType = String((headers as IDataObject)['content-type'] ?? '');
	if (/^(video\/|(application|binary)\/octet-stream|application\/mp4|$)/i.test(contentType)) {
		return undefined;
	}
	const reason = `the link leads to ${describeText(contentType)}, not to a video`;
	return { reason, mayRecover: false };
}

/** A job id may hold slashes and colons; a file name made of it must not leave its folder. */
const fileName = (jobId: string | null) =>
	`${(jobId ?? 'video').replace(/[^\w.-]+/g, '_').replace(/^\.+/, '')}.mp4`;

function downloadError(
	item: Item,
	jobId: string | null,
	expiresAt: string | null,
	{ reason, httpCode }: Refusal,
) {
	const isGone = httpCode !== undefined && [403, 404, 410].includes(httpCode);
	const hasExpired = isGone && expiresAt !== null && Date.parse(expiresAt) <= Date.now();
	const error = new NodeApiError(
		item.node,
		{ message: reason },
		{
			itemIndex: item.index,
			httpCode: httpCode === undefined ? undefined : String(httpCode),
			message: hasExpired
				? `The video could not be downloaded: its link expired at ${expiresAt} (${reason})`
				: `The video could not be downloaded: ${reason}`,
			description: `${nextStep(isGone, hasExpired, jobId)}${jobId ? ` Job ID: ${jobId}` : ''}`,
		},
	);
	const code = isGone ? 'not_found' : 'provider_unavailable';
	error.context.failure = { code, message: reason, retryable: !isGone };
	return error;
}

function nextStep(isGone: boolean, hasExpired: boolean, jobId: string | null): string {
	if (!isGone) return 'Run this node again: the video is paid for, and a download submits nothing.';
	const state = hasExpired ? 'The link has expired' : 'The link has probably expired';
	return jobId
		? `${state}, and the provider was asked for a fresh one. Look for the video in its dashboard, and download sooner next time.`
		: `${state}: give the job ID, so that a fresh one is asked for.`;
}
