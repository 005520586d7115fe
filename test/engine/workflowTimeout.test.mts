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

const hintsOf = ({ run }: NodeResult): string[] =>
	run.data.resultData.runData.Veo.flatMap(({ hints = [] }) => hints.map(({ message }) => message));

const cutShort = expect.stringContaining("15 seconds before the workflow's timeout");

describe.each(providerTable)('%s, awake', (_, provider) => {
	const wait = async (prompt: string, more: INodeParameters, options: RunOptions) =>
		await runUnified(
			sandbox(),
			provider,
			{
				operation: 'generateAndWait',
				...request,
				prompt,
				options: { waitStrategy: 'polling', pollInterval: 1, ...more },
			},
			{ input: [{}, {}], ...options },
		);
	const jobIds = () =>
		sandbox()
			.jobs()
			.map(({ id }) => id);
	const unfinished = () =>
		jobIds().map((jobId) => ({ jobId, error: { code: 'timeout', accepted: 'yes' } }));

	it.each([16, 5])(
		'leaves with its IDs before n8n stops the workflow after %d seconds',
		async (executionTimeout) => {
			const started = Date.now();
			const result = await wait('x #sandbox:never', {}, { settings: { executionTimeout } });
			expect(jsonOf(result)).toMatchObject(unfinished());
			expect(hintsOf(result)).toEqual([cutShort]);
			expect(Date.now() - started).toBeLessThan(executionTimeout * 1000);
			expect(sandbox().count({ call: 'submit' })).toBe(2);
		},
	);

	it('leaves so as a tool, too', async () => {
		const result = await wait(
			'x #sandbox:never',
			{},
			{ settings: { executionTimeout: 16 }, byRouting: true },
		);
		expect(jsonOf(result)).toMatchObject([{ jobId: jobIds()[0], error: { code: 'timeout' } }, {}]);
	});

	it.each([
		['its own Timeout is shorter', 'x #sandbox:never', { timeout: 0.02 }, 60],
		['the jobs end before', 'x', {}, 60],
		['the workflow has no timeout', 'x', {}, -1],
	])('says nothing where %s', async (_name, prompt, more, executionTimeout) => {
		const result = await wait(prompt, more, { settings: { executionTimeout } });
		expect(jsonOf(result).map(({ jobId }) => jobId)).toEqual(jobIds());
		expect(hintsOf(result)).toEqual([]);
	});
});
