import type { IRunExecutionData } from 'n8n-workflow';

import {
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const submits = () => sandbox().count({ call: 'submit' });

/** What is left of an execution when n8n was killed in the middle of the node. */
function crashed(data: IRunExecutionData): IRunExecutionData {
	const left = structuredClone(data);
	if (left.executionData) left.executionData.contextData = {};
	return left;
}

/** Names that would end an expression, or a text in it. */
const names = ['Veo', 'Bob\'s "best" }} {{ video', '`${x}` \\'];

const operations = ['generate', 'generateAndWait'] as const;

describe.each(providerTable)('%s', (id, provider) => {
	describe.each(operations)('%s', (operation) => {
		const parameters = {
			operation,
			...request,
			options: { waitStrategy: 'polling', pollInterval: 1 },
		};
		const fault = { kind: 'status', status: 401 } as const;

		it.each(names)(
			'the retry of an execution that crashed in "%s" submits nothing',
			async (name) => {
				sandbox().inject({ call: 'submit', fault });
				const failed = await runUnified(sandbox(), provider, parameters, { name });
				expect(submits()).toBe(1);
				const retryOf = crashed(failed.run.data);
				const retried = await runUnified(sandbox(), provider, parameters, {
					name,
					retryOf,
					retryOnFail: true,
				});
				expect(retried.error?.message).toContain('may already be paid');
				expect(retried.error?.description).toMatch(/dashboard.*Job > Get.*new execution/);
				expect(submits()).toBe(1);

				const again = {
					name,
					retryOf: retried.run.data,
					onError: 'continueRegularOutput',
				} as const;
				const result = await runUnified(sandbox(), provider, parameters, again);
				expect(jsonOf(result)).toMatchObject([
					{ jobId: null, error: { accepted: 'maybe', retryable: false } },
				]);
				expect(submits()).toBe(1);
			},
		);

		it.each(names)('the retry of an execution that failed in "%s" submits', async (name) => {
			sandbox().inject({ call: 'submit', fault });
			const failed = await runUnified(sandbox(), provider, parameters, { name });
			const retryOf = failed.run.data;
			const retried = await runUnified(sandbox(), provider, parameters, { name, retryOf });
			expect(retried.error).toBeUndefined();
			expect(sandbox().jobs()).toHaveLength(1);
		});

		it('so does the retry of one that failed before anything was checked', async () => {
			const broken = { ...parameters, provider: '={{ "nobody" }}' };
			const failed = await runUnified(sandbox(), provider, broken);
			expect(failed.error?.message).toContain('not in the list of this node');
			const retryOf = failed.run.data;
			const retried = await runUnified(sandbox(), provider, parameters, { retryOf });
			expect(retried.error).toBeUndefined();
			expect(sandbox().jobs()).toHaveLength(1);
		});

		it('a node that the crashed execution had not reached submits in the retry', async () => {
			const result = await runUnified(sandbox(), provider, parameters, { mode: 'retry' });
			expect(result.error).toBeUndefined();
			expect(sandbox().jobs()).toHaveLength(1);
		});
	});

	it('a crashed run of a tool is answered, and submits nothing', async () => {
		const parameters = { operation: 'generate', ...request };
		sandbox().inject({ call: 'submit', fault: { kind: 'drop', when: 'after' } });
		const failed = await runUnified(sandbox(), provider, parameters);
		const retryOf = crashed(failed.run.data);
		const retried = await runUnified(sandbox(), provider, parameters, { retryOf, byRouting: true });
		expect(jsonOf(retried)).toMatchObject([
			{ provider: id, error: { message: expect.stringContaining('may already be paid') } },
		]);
		expect(submits()).toBe(1);
	});
});
