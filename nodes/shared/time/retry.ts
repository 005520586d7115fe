import { jitter, pause } from './pause';
import type { Clock } from './pause';

export interface RetryOptions<Result> {
	/** How often at most, the first time included. */
	attempts: number;
	/** About how long it waits before the second attempt. Each further wait is twice as long. */
	firstDelayMs: number;
	/** Whether another attempt does no harm and may bring another result. */
	mayRepeat(result: Result): boolean;
	/** How long the other side asked to be left alone (Retry-After); undefined where it did not. */
	askedMs?(result: Result): number | undefined;
	/** It gives up where it would have to wait longer than this. */
	longestWaitMs?: number;
	signal?: AbortSignal;
	clock?: Clock;
}

/**
 * Repeats the attempt after longer and longer waits, and returns the last result. What the attempt
 * throws is thrown at once.
 *
 * @throws the signal's reason when the execution is cancelled during a wait
 */
export async function retry<Result>(
	attempt: () => Promise<Result>,
	options: RetryOptions<Result>,
): Promise<Result> {
	const { attempts, firstDelayMs, mayRepeat, askedMs, longestWaitMs = Infinity } = options;
	for (let count = 1; ; count++) {
		const result = await attempt();
		if (count >= attempts || !mayRepeat(result)) return result;
		const waitMs = askedMs?.(result) ?? jitter(firstDelayMs * 2 ** (count - 1));
		if (waitMs > longestWaitMs) return result;
		await pause(waitMs, options.signal, options.clock);
	}
}
