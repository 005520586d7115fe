/** Runs `work` on every value, `limit` at a time; results in the order of the values. */
export async function concurrently<Value, Result>(
	values: readonly Value[],
	limit: number,
	work: (value: Value, index: number) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	let next = 0;
	const worker = async () => {
		while (next < values.length) {
			const index = next++;
			results[index] = await work(values[index], index);
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, values.length) }, worker));
	return results;
}

/**
 * Lets at most `limit` pieces of work run at the same time. The others wait for their turn, in
 * order.
 */
export function limiter(limit: number) {
	const waiting: Array<() => void> = [];
	let running = 0;
	return async <Result>(work: () => Promise<Result>): Promise<Result> => {
		if (running < limit) running++;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = waiting.shift();
			// The next one takes the place, so the count stays the same.
			if (next) next();
			else running--;
		}
	};
}
