import { sleep } from 'n8n-workflow';

/** Time as the core sees it, so that a test can move it by hand. */
export interface Clock {
	now(): number;
	sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = { now: () => Date.now(), sleep };

/**
 * Waits, and stops within a second of the execution's end: older n8n's `sleep` knows no signal.
 *
 * @throws the signal's reason when the execution is cancelled
 */
export async function pause(ms: number, signal?: AbortSignal, clock = systemClock): Promise<void> {
	const end = clock.now() + ms;
	for (let left = ms; left > 0; left = end - clock.now()) {
		signal?.throwIfAborted();
		await clock.sleep(Math.min(left, 1000));
	}
	signal?.throwIfAborted();
}

/** Spreads requests that would otherwise meet again and again: up to a quarter more than the time given. */
export const jitter = (ms: number) => Math.round(ms * (1 + Math.random() / 4));
