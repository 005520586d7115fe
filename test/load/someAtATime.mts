/** Not all at once: n8n starts about five runs a second on two cores. */
export async function someAtATime<In, Out>(
	entries: In[],
	work: (entry: In) => Promise<Out>,
	limit = 12,
): Promise<Out[]> {
	const results: Out[] = [];
	const waiting = [...entries.entries()];
	const worker = async () => {
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			results[next[0]] = await work(next[1]);
		}
	};
	await Promise.all(Array.from({ length: limit }, worker));
	return results;
}
