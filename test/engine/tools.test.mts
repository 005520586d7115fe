import type { INodeParameters } from 'n8n-workflow';

import type { NodeResult } from './harness.mts';
import {
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const submits = () => sandbox().count({ call: 'submit' });

describe.each(providerTable)('%s, called by a model', (_, provider) => {
	/** n8n gives each call a run index of its own, in the same execution. */
	async function callAgain(
		{ run }: NodeResult,
		parameters: INodeParameters,
		options: RunOptions = {},
	): Promise<NodeResult> {
		return await runUnified(sandbox(), provider, parameters, {
			byRouting: true,
			contextData: run.data.executionData?.contextData,
			earlierRuns: 1,
			...options,
		});
	}

	const call = async (parameters: INodeParameters, input?: RunOptions['input']) =>
		await runUnified(sandbox(), provider, parameters, { byRouting: true, input });

	const options = { pollInterval: 1 };
	const wait = { operation: 'generateAndWait', ...request, options };

	it.each(['generate', 'generateAndWait'])(
		'%s: the same call is the same job, whatever its run',
		async (operation) => {
			const first = await call({ ...wait, operation });
			const second = await callAgain(first, { ...wait, operation });
			expect(jsonOf(second)).toMatchObject([{ jobId: sandbox().jobs()[0].id, error: null }]);
			expect(submits()).toBe(1);
		},
	);

	it('another video is another job', async () => {
		const first = await call(wait);
		const second = await callAgain(first, { ...wait, prompt: 'An owl' });
		expect(jsonOf(second)).toMatchObject([{ jobId: sandbox().jobs()[1].id }]);
		expect(submits()).toBe(2);
	});

	it('the same call twice at once is one job', async () => {
		const jobs = jsonOf(await call(wait, [{}, {}]));
		const { id: jobId } = sandbox().jobs()[0];
		expect(jobs).toMatchObject([
			{ jobId, status: 'completed' },
			{ jobId, status: 'completed' },
		]);
		expect(submits()).toBe(1);
	});

	it('what may be paid is not submitted by a second call, and the model hears of it', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'drop', when: 'after' } });
		const first = await call(wait);
		const second = await callAgain(first, wait);
		for (const result of [first, second]) {
			expect(jsonOf(result)).toMatchObject([
				{
					jobId: null,
					error: {
						accepted: 'maybe',
						retryable: false,
						message: expect.stringContaining('Do not call this tool again for this video'),
					},
				},
			]);
		}
		expect(submits()).toBe(1);
	});

	it.each([
		['has failed', 'x #sandbox:generation-failed', { status: 'failed' }],
		['is not finished in time', 'x #sandbox:never', { error: { code: 'timeout' } }],
	])('a job that %s is not to be called for again, and a second call finds it', async (...row) => {
		const [, prompt, expected] = row;
		const parameters = { ...wait, prompt, options: { ...options, timeout: 0.05 } };
		const first = await call(parameters);
		const second = await callAgain(first, parameters);
		for (const result of [first, second]) {
			expect(jsonOf(result)).toMatchObject([{ jobId: sandbox().jobs()[0].id, ...expected }]);
			expect(jsonOf(result)).toMatchObject([
				{
					error: {
						accepted: 'yes',
						retryable: false,
						message: expect.stringContaining('Do not call this tool again with the same input'),
					},
				},
			]);
		}
		expect(submits()).toBe(1);
	});

	it('what was certainly not accepted may be called for again', async () => {
		const times = provider.submit.isNeverRepeated ? 1 : 4;
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 429 }, times });
		const first = await call(wait);
		expect(jsonOf(first)).toMatchObject([{ error: { accepted: 'no', retryable: true } }]);
		expect(JSON.stringify(jsonOf(first))).not.toContain('Do not call');
		expect(jsonOf(await callAgain(first, wait))).toMatchObject([{ status: 'completed' }]);
	});

	it('to ask about a job again costs nothing', async () => {
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 500 }, times: Infinity });
		const get = { resource: 'job', operation: 'get', jobId: 'job-7' };
		expect(jsonOf(await call(get))).toMatchObject([{ error: { retryable: true } }]);
	});

	it('in a workflow, each round of a loop is a job of its own', async () => {
		const inLoop = { ...wait, options: { ...options, waitStrategy: 'polling' } };
		const first = await runUnified(sandbox(), provider, inLoop);
		const second = await callAgain(first, inLoop, { byRouting: false });
		expect(jsonOf(second)).toMatchObject([{ jobId: sandbox().jobs()[1].id }]);
		expect(submits()).toBe(2);
	});
});
