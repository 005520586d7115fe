import { retry } from '../../../nodes/shared/time/retry';
import type { RetryOptions } from '../../../nodes/shared/time/retry';
import { virtualClock } from '../virtualClock.mts';

const second = 1000;

interface Answer {
	status: 'good' | 'bad' | 'final';
	askedMs?: number;
}

const good: Answer = { status: 'good' };
const bad: Answer = { status: 'bad' };
const final: Answer = { status: 'final' };

/** Plays the answers in order, the last of them again and again, and notes when each was asked for. */
async function play(answers: Answer[], options: Partial<RetryOptions<Answer>> = {}) {
	const clock = virtualClock();
	const askedAt: number[] = [];
	const last = await retry(
		async () => {
			askedAt.push(clock.now());
			return answers[Math.min(askedAt.length, answers.length) - 1];
		},
		{
			attempts: 4,
			firstDelayMs: second,
			mayRepeat: ({ status }) => status === 'bad',
			askedMs: (answer) => answer.askedMs,
			clock,
			...options,
		},
	);
	const waits = askedAt.slice(1).map((at, index) => at - askedAt[index]);
	return { last, waits };
}

afterEach(() => jest.restoreAllMocks());

describe('an attempt', () => {
	it('is made once when its result is good', async () => {
		expect(await play([good, bad])).toEqual({ last: good, waits: [] });
	});

	it('is not repeated where another would not help', async () => {
		expect(await play([final, good])).toEqual({ last: final, waits: [] });
	});

	it('is repeated until the result is good', async () => {
		const { last, waits } = await play([bad, bad, good, bad]);
		expect(last).toBe(good);
		expect(waits).toHaveLength(2);
	});

	it.each([1, 2, 4])('is made %d times at most, and the last result counts', async (attempts) => {
		const { last, waits } = await play([bad], { attempts });
		expect(last).toBe(bad);
		expect(waits).toHaveLength(attempts - 1);
	});

	it('that throws is not repeated', async () => {
		const attempt = jest.fn(async () => await Promise.reject<Answer>(new Error('no key')));
		const options = { attempts: 4, firstDelayMs: second, mayRepeat: () => true };
		await expect(retry(attempt, { ...options, clock: virtualClock() })).rejects.toThrow('no key');
		expect(attempt).toHaveBeenCalledTimes(1);
	});
});

describe('the wait', () => {
	it('doubles each time', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(0);
		expect((await play([bad])).waits).toEqual([second, 2 * second, 4 * second]);
	});

	it('is up to a quarter longer, so that many do not come back together', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(0.8);
		expect((await play([bad])).waits).toEqual([1.2 * second, 2.4 * second, 4.8 * second]);
	});

	it('is exactly the one that was asked for', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(0.8);
		const { waits } = await play([{ ...bad, askedMs: 7 * second }, { ...bad, askedMs: 0 }, bad]);
		expect(waits).toEqual([7 * second, 0, 4.8 * second]);
	});

	it.each([
		['asked for at most the longest wait, it waits', 30 * second, [30 * second]],
		['asked for a longer one, it gives up', 30 * second + 1, []],
	])('%s', async (_, askedMs, expected) => {
		const answers = [{ ...bad, askedMs }, good];
		expect((await play(answers, { longestWaitMs: 30 * second })).waits).toEqual(expected);
	});

	it('ends with the execution, and nothing is attempted afterwards', async () => {
		const controller = new AbortController();
		const clock = virtualClock();
		clock.at(2 * second, () => controller.abort(new Error('cancelled')));
		const attempt = jest.fn(async () => await Promise.resolve(bad));
		const options = { attempts: 4, firstDelayMs: 60 * second, mayRepeat: () => true };
		const run = retry(attempt, { ...options, clock, signal: controller.signal });
		await expect(run).rejects.toThrow('cancelled');
		expect(attempt).toHaveBeenCalledTimes(1);
		expect(clock.now()).toBeLessThan(4 * second);
	});

	it('of no time is also the end of a cancelled execution', async () => {
		const attempt = jest.fn(async () => await Promise.resolve(bad));
		const run = retry(attempt, {
			attempts: 4,
			firstDelayMs: 0,
			mayRepeat: () => true,
			signal: AbortSignal.abort(new Error('cancelled')),
			clock: virtualClock(),
		});
		await expect(run).rejects.toThrow('cancelled');
		expect(attempt).toHaveBeenCalledTimes(1);
	});
});
