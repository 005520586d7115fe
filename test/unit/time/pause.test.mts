import { pause } from '../../../nodes/shared/time/pause';
import type { Reading } from '../../../nodes/shared/job/read';
import { waitForJobs } from '../../../nodes/shared/job/wait';
import { virtualClock } from '../virtualClock.mts';

const second = 1000;

describe('a cancelled execution', () => {
	it.each([1, 400, 999, 3500, 9999])('ends a pause within a second, at %d ms', async (cancelAt) => {
		const clock = virtualClock();
		const controller = new AbortController();
		clock.at(cancelAt, () => controller.abort(new Error('cancelled by the user')));
		await expect(pause(60 * second, controller.signal, clock)).rejects.toThrow(
			'cancelled by the user',
		);
		expect(clock.now() - cancelAt).toBeLessThanOrEqual(second);
	});

	it('starts no pause', async () => {
		const clock = virtualClock();
		await expect(pause(5 * second, AbortSignal.abort(), clock)).rejects.toThrow();
		expect(clock.now()).toBe(0);
	});

	it('ends a pause of no length too', async () => {
		await expect(pause(0, AbortSignal.abort(), virtualClock())).rejects.toThrow();
	});

	it('ends the wait within a second, and nobody is asked any more', async () => {
		const clock = virtualClock();
		const controller = new AbortController();
		const cancelAt = 95 * second;
		clock.at(cancelAt, () => controller.abort(new Error('cancelled by the user')));
		const looks: number[] = [];
		const read = async (): Promise<Reading> => {
			looks.push(clock.now());
			return { state: { status: 'in_progress' }, raw: null };
		};
		await expect(
			waitForJobs(['a', 'b'], read, {
				intervalMs: 30 * second,
				timeoutMs: 3600 * second,
				concurrency: 5,
				signal: controller.signal,
				clock,
			}),
		).rejects.toThrow('cancelled by the user');
		expect(clock.now() - cancelAt).toBeLessThanOrEqual(second);
		expect(Math.max(...looks)).toBeLessThanOrEqual(cancelAt);
	});

	it('asks nobody when it was cancelled before the wait', async () => {
		const read = jest.fn();
		await expect(
			waitForJobs(['a'], read, {
				intervalMs: second,
				timeoutMs: 60 * second,
				concurrency: 1,
				signal: AbortSignal.abort(),
				clock: virtualClock(),
			}),
		).rejects.toThrow();
		expect(read).not.toHaveBeenCalled();
	});
});

describe('a pause', () => {
	it.each([0, 1, 999, 1000, 1001, 12_345])('takes %d ms, whole', async (ms) => {
		const clock = virtualClock();
		await pause(ms, new AbortController().signal, clock);
		expect(clock.now()).toBe(ms);
	});

	it('sleeps a second at most at a time: an older n8n cannot wake it', async () => {
		const clock = virtualClock();
		await pause(10_500, undefined, clock);
		expect(Math.max(...clock.sleeps)).toBeLessThanOrEqual(second);
	});

	it('does not grow when each sleep takes longer than asked', async () => {
		const clock = virtualClock();
		const slow = {
			now: clock.now,
			async sleep(ms: number) {
				await clock.sleep(ms * 1.5);
			},
		};
		await pause(10 * second, undefined, slow);
		expect(clock.now()).toBeLessThanOrEqual(11 * second);
	});
});

describe('the number of questions at the same time', () => {
	it.each([1, 2, 3, 10])('is %d at most', async (concurrency) => {
		let asking = 0;
		let most = 0;
		const read = async (): Promise<Reading> => {
			most = Math.max(most, ++asking);
			for (let turn = 0; turn < 5; turn++) await Promise.resolve();
			asking--;
			return { state: { status: 'completed', videoUrl: 'https://x.example/v.mp4' }, raw: null };
		};
		const jobIds = Array.from({ length: 10 }, (_, index) => String(index));
		await waitForJobs(jobIds, read, {
			intervalMs: second,
			timeoutMs: 60 * second,
			concurrency,
			clock: virtualClock(),
		});
		expect(most).toBe(concurrency);
	});
});
