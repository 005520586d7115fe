import { Gathering } from '../../../nodes/shared/sleep/gathering';
import type { JobReading } from '../../../nodes/shared/sleep/gathering';

const total = 4;
let now: number;
let ended: Set<number>;
let unreadable: Set<number>;
let lost: Set<number>;
let asked: number[];
let gathering: Gathering<string>;

beforeEach(() => {
	now = 1_000_000;
	ended = new Set();
	unreadable = new Set();
	lost = new Set();
	asked = [];
	gathering = new Gathering();
});

const readingOf = (index: number): JobReading<string> => {
	if (unreadable.has(index)) return 'unknown';
	if (lost.has(index)) return { lost: `job ${index}` };
	return ended.has(index) ? { ended: `video ${index}` } : 'running';
};

const read = async (index: number) => {
	asked.push(index);
	await Promise.resolve();
	return readingOf(index);
};

const call = async (index: number) => await gathering.onCallback(index, total, read, now);

const end = (...indexes: number[]) => {
	for (const index of indexes) ended.add(index);
};

it('asks about the job itself, then about the newest that is not known', async () => {
	end(1);
	expect(await call(1)).toBe('asleep');
	expect(asked).toEqual([1, 3]);
});

it('asks to be told again about a job that still runs', async () => {
	expect(await call(2)).toBe('again');
	expect(asked).toEqual([2]);
});

it('is complete with the last one, and knows what each has come to', async () => {
	for (const index of [3, 0, 1]) {
		end(index);
		expect(await call(index)).toBe('asleep');
	}
	end(2);
	expect(await call(2)).toBe('complete');
	expect([0, 1, 2, 3].map((index) => gathering.resultOf(index))).toEqual([
		'video 0',
		'video 1',
		'video 2',
		'video 3',
	]);
	// Two questions for a callback at the most, so that a job costs four with its submit.
	expect(asked.length).toBeLessThanOrEqual(2 * total);
});

it('finds at the next callback what a lost one would have told', async () => {
	end(0, 1, 2, 3);
	expect(await call(0)).toBe('complete');
	expect(asked).toEqual([0, 3, 2, 1]);
});

it('leaves alone for two seconds what has just been asked about', async () => {
	expect(await call(2)).toBe('again');
	now += 1999;
	end(2);
	expect(await call(2)).toBe('again');
	expect(asked).toEqual([2]);
	now += 1;
	expect(await call(2)).toBe('asleep');
});

it('takes note of a repeated callback without asking anybody', async () => {
	end(2);
	expect(await call(2)).toBe('asleep');
	const before = [...asked];
	now += 100;
	expect(await call(2)).toBe('asleep');
	expect(asked).toEqual(before);
});

it('callbacks at the same moment all get an answer, and each job is asked about once', async () => {
	end(0, 1, 2, 3);
	const heard = await Promise.all([0, 1, 2, 3, 0, 1, 2, 3].map(call));
	expect(new Set(heard)).toEqual(new Set(['complete']));
	expect([...asked].sort()).toEqual([0, 1, 2, 3]);
});

it('gives a callback that is repeated at once the same answer', async () => {
	end(0, 1, 2);
	unreadable.add(3);
	expect(await call(2)).toBe('again');
	unreadable.clear();
	now += 1999;
	expect(await call(2)).toBe('again');
	now += 1;
	expect(await call(2)).toBe('asleep');
});

it('asks to be told again when a job could not be read that may have ended', async () => {
	end(0, 1, 2, 3);
	unreadable.add(2);
	expect(await call(0)).toBe('again');
	expect(asked).toEqual([0, 3, 2, 1]);
	unreadable.clear();
	now += 2000;
	expect(await call(0)).toBe('complete');
});

it('does not wait for a job that can never be read', async () => {
	end(0, 1, 2);
	lost.add(3);
	expect(await call(0)).toBe('complete');
	expect(gathering.resultOf(3)).toBe('job 3');
});

it('looks again at such a job when it is called about', async () => {
	end(0, 1);
	lost.add(3);
	expect(await call(0)).toBe('asleep');
	lost.clear();
	end(3);
	expect(await call(3)).toBe('asleep');
	expect(gathering.resultOf(3)).toBe('video 3');
});

it('keeps what it knows of such a job until the new read is done, unless it runs', async () => {
	end(0, 1, 2);
	lost.add(3);
	await call(0);
	unreadable.add(3);
	expect(await call(3)).toBe('again');
	expect(gathering.resultOf(3)).toBe('job 3');
	unreadable.clear();
	lost.clear();
	now += 2000;
	expect(await call(3)).toBe('again');
	expect(gathering.resultOf(3)).toBeUndefined();
});

it('asks for no second delivery when another job still runs, which will be called about', async () => {
	end(0, 2, 3);
	unreadable.add(3);
	expect(await call(0)).toBe('asleep');
	expect(asked).toEqual([0, 3, 2, 1]);
});

describe('while a read is under way', () => {
	let answers: Array<() => void>;

	beforeEach(() => (answers = []));

	/** What the provider says was true when it was asked; about job 3 it says so when told to. */
	const slow = async (index: number) => {
		asked.push(index);
		const sight = readingOf(index);
		if (index === 3) await new Promise<void>((resolve) => answers.push(resolve));
		return sight;
	};
	const callSlowly = async (index: number) => await gathering.onCallback(index, total, slow, now);
	const settle = async () => await new Promise(setImmediate);

	it('a callback about another job makes it look once more', async () => {
		end(0, 1, 2);
		const first = callSlowly(0);
		await settle();
		end(3);
		const second = callSlowly(1);
		await settle();
		answers.shift()?.();
		expect(await first).toBe('asleep');
		await settle();
		answers.shift()?.();
		expect(await second).toBe('complete');
	});

	it('a callback about that very job makes it look once more', async () => {
		end(0, 1, 2);
		const first = callSlowly(0);
		await settle();
		end(3);
		const own = callSlowly(3);
		await settle();
		answers.shift()?.();
		expect(await first).toBe('asleep');
		await settle();
		answers.shift()?.();
		expect(await own).toBe('complete');
		expect(asked.filter((index) => index === 3)).toHaveLength(2);
	});

	it('those that come about one job share it', async () => {
		end(0, 1, 2);
		const both = [callSlowly(0), callSlowly(1)];
		await settle();
		answers.shift()?.();
		await settle();
		answers.shift()?.();
		expect(await Promise.all(both)).toEqual(['asleep', 'asleep']);
		expect(asked.filter((index) => index === 3)).toHaveLength(2);
	});
});

it('lets one caller wake the execution, and another one if that came to nothing', async () => {
	end(0, 1, 2, 3);
	await call(0);
	expect(gathering.mayResume(total, now)).toBe(true);
	expect(gathering.mayResume(total, now + 9999)).toBe(false);
	expect(gathering.mayResume(total, now + 10_000)).toBe(true);
	expect(gathering.mayResume(total, now + 10_001)).toBe(false);
});

it('lets nobody wake it without knowing what each job has come to', async () => {
	end(0, 1, 2);
	await call(0);
	expect(gathering.mayResume(total, now)).toBe(false);
});

it('a look that fails is no answer, and the next one may succeed', async () => {
	const failing = async () => await Promise.reject(new Error('no network'));
	expect(await gathering.onCallback(0, total, failing, now)).toBe('again');
	now += 2000;
	end(0);
	expect(await call(0)).toBe('asleep');
});

describe('what the watcher has found out', () => {
	it('is known to the callback that comes next, which asks about its own job alone', async () => {
		for (const index of [0, 1, 3]) gathering.learn(index, { ended: `video ${index}` });
		end(2);
		expect(await call(2)).toBe('complete');
		expect(asked).toEqual([2]);
	});

	it('does not undo an end that a callback has told', async () => {
		end(0);
		await call(0);
		gathering.learn(0, { lost: 'out of time' });
		expect(gathering.resultOf(0)).toBe('video 0');
	});

	it('is asked for again by the own callback of a job that it gave up', async () => {
		gathering.learn(0, { lost: 'out of time' });
		end(0);
		await call(0);
		expect(gathering.resultOf(0)).toBe('video 0');
	});
});

describe('the word of the watcher', () => {
	const told = async () => await gathering.onWatcher(total, read);

	it('is enough for what it has found out, lost or not', async () => {
		for (const index of [0, 1, 2]) gathering.learn(index, { ended: `video ${index}` });
		gathering.learn(3, { lost: 'job 3' });
		expect(await told()).toBe('complete');
		expect(asked).toEqual([]);
	});

	it('is checked where it was given to another process', async () => {
		end(0, 1, 2);
		expect(await told()).toBe('again');
		end(3);
		expect(await told()).toBe('complete');
		expect(asked).toEqual([3, 3, 2, 1, 0]);
	});
});

it('a clock that was set back turns no callback away', async () => {
	for (const index of [0, 1, 2, 3]) expect(await call(index)).toBe('again');
	now -= 60_000;
	end(0, 1, 2, 3);
	expect(await call(0)).toBe('complete');
	expect(gathering.mayResume(total, now)).toBe(true);
	now -= 60_000;
	expect(gathering.mayResume(total, now)).toBe(true);
});
