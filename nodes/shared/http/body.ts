import type { BinaryHelperFunctions } from 'n8n-workflow';

/** The body of an answer that was asked for with `encoding: 'stream'`. */
export type BodyStream = Exclude<Parameters<BinaryHelperFunctions['prepareBinaryData']>[0], Buffer>;

/** The longest time that a timer can be set to. */
const longestMs = 2 ** 31 - 1;

interface BodyLimits {
	maxBytes: number;
	/** For the whole body: n8n's own timeout ends with the headers of a stream. */
	timeoutMs: number;
}

/**
 * The text of an answer, which n8n itself would hold in memory whatever its size; undefined where it
 * is too long. The connection is closed then, with the rest unread.
 *
 * @throws Error with a `code` when the connection breaks or the time is up
 */
export async function readBody(
	body: BodyStream,
	{ maxBytes, timeoutMs }: BodyLimits,
): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	const timer = AbortSignal.timeout(Math.min(timeoutMs, longestMs));
	const hangUp = () => body.destroy(Object.assign(new Error('too slow'), { code: 'ETIMEDOUT' }));
	timer.addEventListener('abort', hangUp);
	try {
		// Leaving the loop destroys the stream.
		for await (const chunk of body as AsyncIterable<Buffer>) {
			bytes += chunk.length;
			if (bytes > maxBytes) return undefined;
			chunks.push(chunk);
		}
	} finally {
		timer.removeEventListener('abort', hangUp);
	}
	// Without a byte order mark.
	return new TextDecoder().decode(Buffer.concat(chunks));
}
