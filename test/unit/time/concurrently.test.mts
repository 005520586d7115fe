import { concurrently, limiter } from '../../../nodes/shared/time/concurrently';

const turn = async (times = 1) => {
	for (let count = 0; count < times; count++) await Promise.resolve();
};

describe('concurrently', () => {
	it('gives the results in the order of the values, not of their ends', async () => {
		const results = await concurrently([9, 1, 5, 0], 4, async (turns) => {
			await turn(turns);
			return `${turns}`;
		});
		expect(results).toEqual(['9', '1', '5', '0']);
	});

	it('hands each value on once, with its index', async () => {
		const seen: Array<[string, number]> = [];
		await concurrently(['a', 'b', 'c'], 2, async (value, index) => {
			seen.push([value, index]);
			await turn();
		});
		expect(seen).toEqual([
			['a', 0],
			['b', 1],
			['c', 2],
		]);
	});

	it.each([
		[1, 1],
		[3, 3],
		[20, 20],
		[50, 20],
	])('a limit of %d runs %d of 20 at the same time', async (limit, expected) => {
		let running = 0;
		let most = 0;
		await concurrently(Array(20).fill(0), limit, async () => {
			most = Math.max(most, ++running);
			await turn(3);
			running--;
		});
		expect(most).toBe(expected);
	});

	it('starts the next as soon as one has ended, not in rounds', async () => {
		const started: number[] = [];
		await concurrently([50, 1, 1, 1], 2, async (turns, index) => {
			started.push(index);
			await turn(turns);
			if (index === 0) expect(started).toEqual([0, 1, 2, 3]);
		});
	});

	it('gives nothing for no values', async () => {
		const work = jest.fn();
		expect(await concurrently([], 5, work)).toEqual([]);
		expect(work).not.toHaveBeenCalled();
	});

	it('keeps undefined results in their places', async () => {
		const results = await concurrently([1, 2, 3], 2, async (value) =>
			value === 2 ? undefined : value,
		);
		expect(results).toEqual([1, undefined, 3]);
		expect(results).toHaveLength(3);
	});

	it('rejects with the first error', async () => {
		await expect(
			concurrently([1, 2, 3], 1, async (value) => {
				await turn();
				throw new Error(`no ${value}`);
			}),
		).rejects.toThrow('no 1');
	});
});

describe('limiter', () => {
	it('lets no more than so many run at a time, the others in their order', async () => {
		const inTurn = limiter(2);
		const started: number[] = [];
		let running = 0;
		let most = 0;
		const results = await Promise.all(
			[3, 1, 2, 1, 0].map(
				async (turns, index) =>
					await inTurn(async () => {
						started.push(index);
						most = Math.max(most, ++running);
						await turn(turns);
						running--;
						return index;
					}),
			),
		);
		expect(results).toEqual([0, 1, 2, 3, 4]);
		expect(started).toEqual([0, 1, 2, 3, 4]);
		expect(most).toBe(2);
	});

	it('work that fails gives its place on', async () => {
		const inTurn = limiter(1);
		const failing = inTurn(async () => {
			throw new Error('no');
		});
		const next = inTurn(async () => 'yes');
		await expect(failing).rejects.toThrow('no');
		await expect(next).resolves.toBe('yes');
	});
});
