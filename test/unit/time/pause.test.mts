import { pause } from '../../../nodes/shared/time/pause';
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
