import { concurrently } from './concurrently';
import { hasEnded } from './job';
import { jitter, pause, systemClock } from './pause';
import type { Clock } from './pause';
import type { Reading } from './read';
import type { ErrorCode, Failure } from './types';

export interface WaitOptions {
	intervalMs: number;
	timeoutMs: number;
	concurrency: number;
	signal?: AbortSignal;
	clock?: Clock;
}

/** Where the wait for a job ended. `gaveUp`: without its end, and why. */
export interface WaitResult {
	last: Reading;
	gaveUp?: Failure;
}

/** Answers that no further asking will change. */
const finalCodes: ErrorCode[] = ['authentication', 'insufficient_balance', 'permission'];

/** Other refusals may pass: a job may be unknown for a moment after its submit. */
const toleratedRefusals = 3;

const timedOut: Failure = {
	code: 'timeout',
	message: 'not finished in time',
	retryable: true,
};

/**
 * Asks about all jobs, again and again, with one timer for all of them, until each has ended, the
 * time is up, or asking makes no sense. In the order of the job ids.
 *
 * @throws the signal's reason when the execution is cancelled
 */
export async function waitForJobs(
	jobIds: readonly string[],
	read: (jobId: string, index: number) => Promise<Reading>,
	{ intervalMs, timeoutMs, concurrency, signal, clock = systemClock }: WaitOptions,
): Promise<WaitResult[]> {
	const deadline = clock.now() + timeoutMs;
	const results: WaitResult[] = jobIds.map(() => ({
		last: { state: { status: 'queued' }, raw: null },
	}));
	const refusals = jobIds.map(() => 0);
	let pending = jobIds.map((_, index) => index);
	let breakMs = 0;

	while (pending.length > 0) {
		const left = deadline - clock.now();
		if (left <= 0) {
			for (const index of pending) results[index].gaveUp = timedOut;
			break;
		}
		await pause(Math.min(left, Math.max(jitter(intervalMs), breakMs)), signal, clock);
		const readings = await concurrently(pending, concurrency, async (index) => {
			const reading = await read(jobIds[index], index);
			if (reading.state.status !== 'unreadable') {
				refusals[index] = 0;
				results[index].last = reading;
				return reading;
			}
			// The last state that was read stands; an unlucky question does not change it.
			const { failure } = reading.state;
			refusals[index] = failure.retryable ? 0 : refusals[index] + 1;
			const isFinal = finalCodes.includes(failure.code);
			if (isFinal || refusals[index] === toleratedRefusals) results[index].gaveUp = failure;
			return reading;
		});
		breakMs = Math.max(0, ...readings.map(({ retryAfterMs }) => retryAfterMs ?? 0));
		pending = pending.filter(
			(index) => !results[index].gaveUp && !hasEnded(results[index].last.state),
		);
	}
	return results;
}
