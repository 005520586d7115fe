import type { BodyStream } from '../http/body';
import { systemClock } from '../time/pause';
import type { Clock } from '../time/pause';

/** A problem that would be the same when the file is downloaded once more. */
export class FinalProblem extends Error {}

/** The stream was good, and n8n could not keep it. */
export class StorageProblem extends FinalProblem {}

/** The problem when neither our own checks nor the connection have named one. */
function problemOf(error: Error & { code?: string }): Error {
	if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') return error;
	return new StorageProblem(`n8n could not store the file: ${error.message}`);
}

export interface StreamLimits {
	/** A host that announces no length must not fill the disk. */
	maxBytes: number;
	/** Without this, the wait for a connection that has died silently would never end. */
	maxSilenceMs: number;
	/** Ends the request that the stream comes from. Destroying the stream alone would not end it. */
	hangUp(): void;
	/** Sees each chunk first; what it throws ends the stream for good. */
	inspect?(chunk: Buffer): void;
	clock?: Pick<Clock, 'sleep'>;
}

const lookMs = 500;

export interface Consumed<Result> {
	result: Result;
	bytes: number;
}

/**
 * What `consume` makes of the stream, which is cut off when it grows too large or falls silent.
 *
 * @throws FinalProblem when it is too large, refused by `inspect`, or could not be stored
 * @throws Error when the stream fell silent or broke
 */
export async function consumeWithin<Result>(
	body: BodyStream,
	{ maxBytes, maxSilenceMs, hangUp, inspect, clock = systemClock }: StreamLimits,
	consume: (stream: BodyStream) => Promise<Result>,
): Promise<Consumed<Result>> {
	let bytes = 0;
	let silentMs = 0;
	let isDone = false;
	let problem: Error | undefined;
	const look = (chunk: Buffer) => {
		bytes += chunk.length;
		silentMs = 0;
		if (bytes > maxBytes) throw new FinalProblem(`the file has more than ${maxBytes} bytes`);
		inspect?.(chunk);
	};
	const counted = body.map((chunk: Buffer) => {
		try {
			look(chunk);
		} catch (error) {
			throw (problem = error as Error);
		}
		return chunk;
	});
	const watch = async () => {
		while (silentMs < maxSilenceMs) {
			await clock.sleep(lookMs);
			if (isDone) return;
			silentMs += lookMs;
		}
		problem = new Error(`nothing arrived for ${Math.round(maxSilenceMs / 1000)} seconds`);
		hangUp();
	};
	void watch();
	try {
		return { result: await consume(counted), bytes };
	} catch (error) {
		throw problem ?? body.errored ?? problemOf(error as Error);
	} finally {
		isDone = true;
	}
}
