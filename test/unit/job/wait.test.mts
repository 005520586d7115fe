import type { Reading } from '../../../nodes/shared/job/read';
import type { ErrorCode, Failure, JobState } from '../../../nodes/shared/types';
import { Patience, waitForJobs } from '../../../nodes/shared/job/wait';
import type { WaitOptions } from '../../../nodes/shared/job/wait';
import { virtualClock } from '../virtualClock.mts';
import type { VirtualClock } from '../virtualClock.mts';

const second = 1000;
const minute = 60 * second;

const failure = (code: ErrorCode, retryable = false): Failure => ({
	code,
	message: `it was ${code}`,
	retryable,
});
const running: JobState = { status: 'in_progress' };
const done: JobState = { status: 'completed', videoUrl: 'https://media.example.org/fox.mp4' };
const unreadable = (code: ErrorCode, retryable = false): JobState => ({
	status: 'unreadable',
	failure: failure(code, retryable),
});
const unlucky = unreadable('provider_unavailable', true);

interface Look {
	jobId: string;
	at: number;
}

/** What a job answers, look by look; the last answer stays. */
type Story = readonly [JobState, ...JobState[]];

let clock: VirtualClock;
let looks: Look[];

beforeEach(() => {
	clock = virtualClock();
	looks = [];
});

function reader(stories: Record<string, Story>, retryAfter: Record<number, number> = {}) {
	return async (jobId: string): Promise<Reading> => {
		const nth = looks.filter((look) => look.jobId === jobId).length;
		const retryAfterMs = retryAfter[looks.length];
		looks.push({ jobId, at: clock.now() });
		const story = stories[jobId];
		return { state: story[Math.min(nth, story.length - 1)], raw: { nth }, retryAfterMs };
	};
}

const wait = async (
	stories: Record<string, Story>,
	{ retryAfter, ...options }: Partial<WaitOptions> & { retryAfter?: Record<number, number> } = {},
) =>
	await waitForJobs(Object.keys(stories), reader(stories, retryAfter), {
		intervalMs: 10 * second,
		timeoutMs: 15 * minute,
		concurrency: 5,
		clock,
		...options,
	});

/** Between one look and the next. */
const gaps = (jobId = 'a') => {
	const times = [0, ...looks.filter((look) => look.jobId === jobId).map(({ at }) => at)];
	return times.slice(1).map((at, index) => at - times[index]);
};

describe('the time between two looks', () => {
	it('is the interval, three quarters to five quarters of it', async () => {
		await wait({ a: [...Array<JobState>(40).fill(running), done] as unknown as Story });
		expect(gaps()).toHaveLength(41);
		expect(Math.min(...gaps())).toBeGreaterThanOrEqual(10 * second);
		expect(Math.max(...gaps())).toBeLessThanOrEqual(12.5 * second);
		expect(new Set(gaps()).size).toBeGreaterThan(10);
	});

	it('passes before the first look too: no video is ready at once', async () => {
		await wait({ a: [done] });
		expect(looks[0].at).toBeGreaterThanOrEqual(10 * second);
	});

	it('is one timer for all jobs', async () => {
		await wait({ a: [running, running, done], b: [running, done], c: [done] });
		expect(clock.mostAsleep).toBe(1);
		const times = ['a', 'b', 'c'].map((id) => looks.find(({ jobId }) => jobId === id)?.at);
		expect(new Set(times).size).toBe(1);
	});

	it('grows to what the provider asked for, for all jobs and once', async () => {
		const story: Story = [running, running, done];
		await wait({ a: story, b: story }, { retryAfter: { 1: 40 * second } });
		for (const jobId of ['a', 'b']) {
			expect(gaps(jobId)[1]).toBe(40 * second);
			expect(gaps(jobId)[2]).toBeLessThanOrEqual(12.5 * second);
		}
	});

	it('takes the longest when several were asked for', async () => {
		const story: Story = [running, done];
		await wait({ a: story, b: story }, { retryAfter: { 0: 60 * second, 1: 20 * second } });
		expect(gaps('b')[1]).toBe(60 * second);
	});

	it('after a Retry-After asks nothing more in that round, and begins the next with what was left', async () => {
		const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
		const stories = Object.fromEntries(ids.map((id) => [id, [unlucky, done]])) as Record<
			string,
			Story
		>;
		// A provider that answers one question in half a minute.
		const retryAfter = Object.fromEntries(ids.map((_, index) => [index, 30 * second]));
		const results = await wait(stories, { concurrency: 1, retryAfter });
		expect(looks.slice(0, 6).map(({ jobId }) => jobId)).toEqual(ids);
		for (const [index, { at }] of looks.slice(1, 6).entries()) {
			expect(at - looks[index].at).toBeGreaterThanOrEqual(30 * second);
		}
		expect(results.every(({ gaveUp }) => gaveUp === undefined)).toBe(true);
	});

	it('goes on with the round when the answer was good all the same', async () => {
		const ids = ['a', 'b', 'c', 'd'];
		const stories = Object.fromEntries(ids.map((id) => [id, [running, done]])) as Record<
			string,
			Story
		>;
		await wait(stories, { concurrency: 1, retryAfter: { 0: 30 * second } });
		expect(looks.map(({ jobId }) => jobId)).toEqual([...ids, ...ids]);
		expect(new Set(looks.slice(0, 4).map(({ at }) => at)).size).toBe(1);
	});

	it('does not shrink by a Retry-After that is shorter than the interval', async () => {
		await wait({ a: [running, done] }, { retryAfter: { 0: 1 * second } });
		expect(gaps()[1]).toBeGreaterThanOrEqual(10 * second);
	});

	it('never passes the deadline, whatever the provider asked for', async () => {
		await wait({ a: [running] }, { timeoutMs: minute, retryAfter: { 0: 60 * minute } });
		expect(clock.now()).toBe(minute);
	});
});

describe('the end of the wait', () => {
	it('comes when each job has ended, and ended jobs are not asked about again', async () => {
		await wait({ a: [done], b: [running, { status: 'canceled', failure: failure('canceled') }] });
		expect(looks.map(({ jobId }) => jobId)).toEqual(['a', 'b', 'b']);
	});

	it('comes at once without jobs', async () => {
		expect(await wait({})).toEqual([]);
		expect(clock.now()).toBe(0);
	});

	it('is the deadline, with the last state and the code timeout', async () => {
		const [result] = await wait(
			{ a: [{ status: 'in_progress', progress: 40 }] },
			{ timeoutMs: minute },
		);
		expect(clock.now()).toBe(minute);
		expect(result.gaveUp).toMatchObject({ code: 'timeout', retryable: true });
		expect(result.last.state).toEqual({ status: 'in_progress', progress: 40 });
	});

	it('is preceded by a last look at the deadline', async () => {
		await wait({ a: [running] }, { timeoutMs: minute });
		expect(looks.at(-1)?.at).toBe(minute);
	});

	it('is no timeout for a job that the last look finds finished', async () => {
		const [result] = await wait({ a: [done] }, { timeoutMs: 5 * second });
		expect(looks).toEqual([{ jobId: 'a', at: 5 * second }]);
		expect(result).toEqual({ last: { state: done, raw: { nth: 0 }, retryAfterMs: undefined } });
	});

	it('is the deadline also where each answer takes long', async () => {
		const read = async (): Promise<Reading> => {
			clock.pass(50 * second);
			return { state: running, raw: null };
		};
		const options = { intervalMs: second, timeoutMs: 2 * minute, concurrency: 1, clock };
		const [result] = await waitForJobs(['a'], read, options);
		expect(result.gaveUp?.code).toBe('timeout');
		expect(clock.now()).toBeLessThan(3 * minute);
	});

	it('keeps what had ended before the deadline', async () => {
		const [slow, quick] = await wait({ slow: [running], quick: [done] }, { timeoutMs: minute });
		expect(slow.gaveUp?.code).toBe('timeout');
		expect(quick).toMatchObject({ last: { state: done } });
		expect(quick.gaveUp).toBeUndefined();
	});

	it('gives results in the order of the jobs, whenever they ended', async () => {
		const stories: Record<string, Story> = {
			late: [running, running, { ...done, videoUrl: 'https://media.example.org/late.mp4' }],
			failed: [running, { status: 'failed', failure: failure('content_policy') }],
			early: [{ ...done, videoUrl: 'https://media.example.org/early.mp4' }],
		};
		const results = await wait(stories);
		expect(results.map(({ last }) => last.state)).toEqual(
			Object.values(stories).map((story) => story.at(-1)),
		);
	});

	it('the same job twice is two results', async () => {
		const read = async (): Promise<Reading> => ({ state: done, raw: null });
		const options = { intervalMs: second, timeoutMs: minute, concurrency: 1, clock };
		expect(await waitForJobs(['a', 'a'], read, options)).toHaveLength(2);
	});
});

it('looks once when the time is up before it has begun, if it is told to', async () => {
	for (const timeoutMs of [0, -minute]) {
		const [unseen] = await wait({ a: [done] }, { timeoutMs });
		expect([unseen.gaveUp?.code, looks.length]).toEqual(['timeout', 0]);
		const [seen] = await wait({ a: [done] }, { timeoutMs, lookAtLeastOnce: true });
		expect([seen.last.state, looks.length]).toEqual([done, 1]);
		looks.length = 0;
	}
	expect(clock.now()).toBe(0);
});

describe('a question that was not answered', () => {
	it('costs nothing but time when the trouble passes', async () => {
		const [result] = await wait({ a: [unlucky, running, unlucky, unlucky, done] });
		expect(result.gaveUp).toBeUndefined();
		expect(result.last.state).toEqual(done);
	});

	it('may go on until the deadline', async () => {
		const [result] = await wait({ a: [unlucky] });
		expect(result.gaveUp?.code).toBe('timeout');
		expect(clock.now()).toBe(15 * minute);
	});

	it.each<[string, JobState]>([
		['in passing trouble', unlucky],
		['for good', unreadable('authentication')],
	])('leaves the last state as it was read (%s)', async (_, trouble) => {
		const known: JobState = { status: 'in_progress', progress: 70 };
		const [{ last }] = await wait({ a: [known, trouble] }, { timeoutMs: 5 * minute });
		expect(last).toMatchObject({ state: known, raw: { nth: 0 } });
	});

	it.each<ErrorCode>(['authentication', 'permission'])(
		'ends the wait for this job alone when asking again is no use: %s',
		async (code) => {
			const [lost, other] = await wait({ lost: [unreadable(code)], other: [running, done] });
			expect(looks.filter(({ jobId }) => jobId === 'lost')).toHaveLength(1);
			expect(lost.gaveUp).toEqual(failure(code));
			expect(other.last.state).toEqual(done);
		},
	);
});

it('an account without money does not end the wait for what is paid for', async () => {
	const refused = unreadable('insufficient_balance');
	const [result] = await wait({ a: [refused, refused, refused, refused, done] });
	expect(result.gaveUp).toBeUndefined();
	expect(result.last.state).toEqual(done);
});

describe.each<ErrorCode>(['not_found', 'validation', 'unknown'])('a read refused as %s', (code) => {
	const refused = unreadable(code);

	it('is asked twice more, because the job may be new or the answer an accident', async () => {
		const [result] = await wait({ a: [refused, refused, running, done] });
		expect(result.gaveUp).toBeUndefined();
		expect(result.last.state).toEqual(done);
	});

	it('ends the wait for this job at the third time', async () => {
		const [result] = await wait({ a: [refused, refused, refused, done] });
		expect(looks).toHaveLength(3);
		expect(result.gaveUp).toEqual(failure(code));
	});

	it.each<[string, JobState]>([
		['the job was seen', running],
		['there was passing trouble', unlucky],
	])('is counted anew after %s', async (_, between) => {
		const [result] = await wait({ a: [refused, refused, between, refused, refused, done] });
		expect(result.last.state).toEqual(done);
	});
});

describe('patience with a job that cannot be read', () => {
	const lost = (state: JobState, ...times: number[]) => {
		const patience = new Patience();
		return times.map((at) => patience.lostWith(0, state, at) !== undefined);
	};

	it('ends with the third refusal, and does not come back', () => {
		const times = [0, 1000, 2000, 3000];
		expect(lost(unreadable('not_found'), ...times)).toEqual([false, false, true, true]);
	});

	it('takes refusals that come too close to each other for one', () => {
		const patience = new Patience();
		const refuse = (at: number) => patience.lostWith(0, unreadable('not_found'), at, 900);
		expect([0, 100, 899].map(refuse)).toEqual([undefined, undefined, undefined]);
		expect([900, 1800].map(refuse)).toEqual([undefined, failure('not_found')]);
	});

	it('counts all refusals alike where one may be chance', () => {
		const patience = new Patience([]);
		const refuse = (at: number) => patience.lostWith(0, unreadable('permission'), at);
		expect([0, 1000, 2000].map(refuse)).toEqual([undefined, undefined, failure('permission')]);
	});

	it('ends at once where waiting does not change the answer', () => {
		expect(lost(unreadable('authentication'), 0)).toEqual([true]);
	});

	it('does not end where the trouble may pass', () => {
		expect(lost(unlucky, 0, 1000, 2000, 3000, 4000)).toEqual(Array(5).fill(false));
	});

	it('begins anew with any other answer, and is kept for each job', () => {
		const patience = new Patience();
		const refuse = (index: number, at: number) =>
			patience.lostWith(index, unreadable('not_found'), at) !== undefined;
		expect([refuse(0, 0), refuse(0, 1000), refuse(1, 2000)]).toEqual([false, false, false]);
		patience.lostWith(0, running, 3000);
		expect([refuse(0, 4000), refuse(0, 5000), refuse(0, 6000)]).toEqual([false, false, true]);
	});
});

describe('a cancelled execution', () => {
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
