import { concurrently } from '../time/concurrently';
import { hasEnded } from './job';
import { isWithin } from '../time/expiringCache';
import { jitter, pause, systemClock } from '../time/pause';
import type { Clock } from '../time/pause';
import type { Reading } from './read';
import type { ErrorCode, Failure, JobState } from '../types';

export interface WaitOptions {
	intervalMs: number;
	timeoutMs: number;
	concurrency: number;
	/** Looks once even when the time is up before it has begun. */
	lookAtLeastOnce?: boolean;
	signal?: AbortSignal;
	clock?: Clock;
}

/** How the wait for a job ended. `gaveUp` says why, when the job itself has not ended. */
export interface WaitResult {
	last: Reading;
	gaveUp?: Failure;
}

/** Failures that asking again does not change. */
const finalCodes: ErrorCode[] = ['authentication', 'permission'];

/**
 * So many other refusals in a row end the wait. Fewer may be chance: a provider may not know a job
 * in the first moment after its submit.
 */
const toleratedRefusals = 3;

export const timedOut: Failure = {
	code: 'timeout',
	message: 'not finished in time',
	retryable: true,
};

/** Tells when asking about a job makes no sense any more. */
export class Patience {
	readonly #refusals = new Map<number, { count: number; at: number }>();

	readonly #finalCodes: ErrorCode[];

	/** @param finalAtOnce failures that end it the first time */
	constructor(finalAtOnce = finalCodes) {
		this.#finalCodes = finalAtOnce;
	}

	/**
	 * Why it makes no sense to ask about this job again, now that it was found in this state;
	 * undefined where it does.
	 *
	 * @param apartMs refusals that come closer to each other count as one
	 */
	lostWith(index: number, state: JobState, now: number, apartMs = 0): Failure | undefined {
		// Reading costs nothing: an account without money will be able to read once it is topped up.
		if (
			state.status !== 'unreadable' ||
			state.failure.retryable ||
			state.failure.code === 'insufficient_balance'
		) {
			this.#refusals.delete(index);
			return undefined;
		}
		const { failure } = state;
		if (this.#finalCodes.includes(failure.code)) return failure;
		const { count, at } = this.#refusals.get(index) ?? { count: 0, at: -Infinity };
		const isNew = !isWithin(apartMs, at, now);
		if (isNew) this.#refusals.set(index, { count: count + 1, at: now });
		return count + Number(isNew) >= toleratedRefusals ? failure : undefined;
	}
}

/**
 * Asks about all jobs, again and again, with one timer for all of them, until each has ended, the
 * time is up, or asking makes no sense. In the order of the job ids.
 *
 * @throws the signal's reason when the execution is cancelled
 */
export async function waitForJobs(
	jobIds: readonly string[],
	read: (jobId: string, index: number) => Promise<Reading>,
	options: WaitOptions,
): Promise<WaitResult[]> {
	const { intervalMs, timeoutMs, concurrency, signal, clock = systemClock } = options;
	let mustLook = options.lookAtLeastOnce;
	const deadline = clock.now() + timeoutMs;
	const results: WaitResult[] = jobIds.map(() => ({
		last: { state: { status: 'queued' }, raw: null },
	}));
	const patience = new Patience();
	let pending = jobIds.map((_, index) => index);
	let breakMs = 0;

	while (pending.length > 0) {
		const left = deadline - clock.now();
		if (left <= 0 && !mustLook) {
			for (const index of pending) results[index].gaveUp = timedOut;
			break;
		}
		await pause(Math.min(left, Math.max(jitter(intervalMs), breakMs)), signal, clock);
		mustLook = false;
		breakMs = 0;
		let isLimited = false;
		const leftOut: number[] = [];
		await concurrently(pending, concurrency, async (index) => {
			// The provider wants a break: the jobs that are left come first in the next round.
			if (isLimited) return void leftOut.push(index);
			const reading = await read(jobIds[index], index);
			// A question that failed does not change the last state that was read.
			if (reading.state.status !== 'unreadable') results[index].last = reading;
			results[index].gaveUp = patience.lostWith(index, reading.state, clock.now());
			const { retryAfterMs = 0 } = reading;
			breakMs = Math.max(breakMs, retryAfterMs);
			isLimited ||= reading.state.status === 'unreadable' && retryAfterMs > 0;
		});
		pending = [...new Set([...leftOut, ...pending])].filter(
			(index) => !results[index].gaveUp && !hasEnded(results[index].last.state),
		);
	}
	return results;
}
