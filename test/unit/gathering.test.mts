import { Gathering, Gatherings } from '../../nodes/shared/sleep/gathering';

const total = 4;
let now: number;
let ended: Set<number>;
let asked: number[];
let gathering: Gathering<string>;

beforeEach(() => {
	now = 1_000_000;
	ended = new Set();
	asked = [];
	gathering = new Gathering();
});

const look = async (index: number) => {
	asked.push(index);
	await Promise.resolve();
	return ended.has(index) ? `video ${index}` : undefined;
};

const hear = async (index: number) => await gathering.hear(index, total, look, now);

const end = (...indexes: number[]) => {
	for (const index of indexes) ended.add(index);
};

it('asks about the job itself, then about the newest that is not known', async () => {
	end(1);
	expect(await hear(1)).toBe('asleep');
	expect(asked).toEqual([1, 3]);
});

it('asks to be told again about a job that still runs', async () => {
	expect(await hear(2)).toBe('running');
	expect(asked).toEqual([2]);
});

it('is complete with the last one, and knows what each has come to', async () => {
	for (const index of [3, 0, 1]) {
		end(index);
		expect(await hear(index)).toBe('asleep');
	}
	end(2);
	expect(await hear(2)).toBe('complete');
	expect([0, 1, 2, 3].map((index) => gathering.resultOf(index))).toEqual([
		'video 0',
		'video 1',
		'video 2',
		'video 3',
	]);
	// Two questions for a callback at the most, so that a job costs four with its submit.
	expect(asked.length).toBeLessThanOrEqual(2 * total);
});

it('finds what nobody has told, at the next callback', async () => {
	end(0, 1, 2, 3);
	expect(await hear(0)).toBe('complete');
	expect(asked).toEqual([0, 3, 2, 1]);
});

it('leaves alone for two seconds what has just been asked about', async () => {
	expect(await hear(2)).toBe('running');
	now += 1999;
	end(2);
	expect(await hear(2)).toBe('running');
	expect(asked).toEqual([2]);
	now += 1;
	expect(await hear(2)).toBe('asleep');
});

it('takes note of a repeated callback without asking anybody', async () => {
	end(2);
	expect(await hear(2)).toBe('asleep');
	const before = [...asked];
	now += 100;
	expect(await hear(2)).toBe('asleep');
	expect(asked).toEqual(before);
});

it('of callbacks at the same moment, one wakes the execution, and each job is asked about once', async () => {
	end(0, 1, 2, 3);
	const heard = await Promise.all([0, 1, 2, 3, 0, 1, 2, 3].map(hear));
	expect(heard.filter((answer) => answer === 'complete')).toHaveLength(1);
	expect([...asked].sort()).toEqual([0, 1, 2, 3]);
});

it('looks once more for a callback that comes while a look is under way', async () => {
	end(0, 1, 2);
	let answerAbout3 = () => {};
	const slow = async (index: number) => {
		if (index !== 3) return await look(index);
		asked.push(index);
		// What the provider says was true when it was asked.
		const answer = ended.has(3) ? 'video 3' : undefined;
		await new Promise<void>((resolve) => (answerAbout3 = resolve));
		return answer;
	};
	const first = gathering.hear(0, total, slow, now);
	while (!asked.includes(3)) await Promise.resolve();
	end(3);
	const second = gathering.hear(1, total, slow, now);
	await new Promise(setImmediate);
	answerAbout3();
	expect(await first).toBe('asleep');
	while (asked.filter((index) => index === 3).length < 2) await Promise.resolve();
	answerAbout3();
	expect(await second).toBe('complete');
});

it('wakes again when n8n is asked for the same jobs long after it was woken', async () => {
	end(0, 1, 2, 3);
	expect(await hear(0)).toBe('complete');
	now += 5000;
	expect(await hear(0)).toBe('asleep');
	now += 6000;
	expect(await hear(0)).toBe('complete');
});

it('a look that fails is no answer, and the next one may succeed', async () => {
	const failing = async () => await Promise.reject(new Error('no network'));
	await expect(gathering.hear(0, total, failing, now)).rejects.toThrow('no network');
	now += 2000;
	end(0);
	expect(await hear(0)).toBe('asleep');
});

describe('the gatherings of a process', () => {
	it('are one for an execution', () => {
		const gatherings = new Gatherings<string>();
		expect(gatherings.of('a', now)).toBe(gatherings.of('a', now + 1));
		expect(gatherings.of('a', now)).not.toBe(gatherings.of('b', now));
	});

	it('are forgotten a day after they were used', () => {
		const gatherings = new Gatherings<string>();
		const day = 24 * 60 * 60 * 1000;
		const [used, unused] = [gatherings.of('used', now), gatherings.of('unused', now)];
		expect(gatherings.of('used', now + day)).toBe(used);
		gatherings.of('another', now + day + 1);
		expect(gatherings.of('used', now + day + 2)).toBe(used);
		expect(gatherings.of('unused', now + day + 2)).not.toBe(unused);
	});
});
