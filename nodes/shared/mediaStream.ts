import type { BinaryHelperFunctions } from 'n8n-workflow';

import { systemClock } from './pause';
import type { Clock } from './pause';

export type MediaStream = Exclude<
	Parameters<BinaryHelperFunctions['prepareBinaryData']>[0],
	Buffer
>;

export interface StreamLimits {
	/** A host that announces no length must not fill the disk. */
	maxBytes: number;
	/** A connection that has died without a word would otherwise be waited for without end. */
	maxSilenceMs: number;
	/** Ends the request that the stream comes from; to destroy the stream alone does not. */
	hangUp(): void;
	clock?: Pick<Clock, 'sleep'>;
}

const lookMs = 500;

/**
 * What `consume` makes of the stream, which is cut off when it grows too large or falls silent.
 *
 * @throws Error that says which of the two happened, or what `consume` throws
 */
export async function consumeWithin<Result>(
	body: MediaStream,
	{ maxBytes, maxSilenceMs, hangUp, clock = systemClock }: StreamLimits,
	consume: (stream: MediaStream) => Promise<Result>,
): Promise<Result> {
	let bytes = 0;
	let silentMs = 0;
	let isDone = false;
	let problem: Error | undefined;
	const counted = body.map((chunk: Buffer) => {
		bytes += chunk.length;
		silentMs = 0;
		if (bytes > maxBytes) throw new Error(`the file has more than ${maxBytes} bytes`);
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
		return await consume(counted).catch((error: Error) => {
			throw problem ?? error;
		});
	} finally {
		isDone = true;
	}
}
