import type { INodeParameters } from 'n8n-workflow';

import { actionNodeTable } from '../nodes/parameters.mts';
import { runNode } from './harness.mts';
import { jsonOf, request, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();

/** What n8n has saved of a node that was left at its operation: everything but defaults. */
const saved: INodeParameters = { ...request, options: { pollInterval: 1 } };

describe.each(actionNodeTable)('%s, saved without an operation', (type, { providers }) => {
	const [{ id, credential }] = providers;
	const run = async (typeVersion: number | undefined, byRouting: boolean) =>
		jsonOf(
			await runNode({
				type,
				typeVersion,
				byRouting,
				parameters: saved,
				credentials: { [credential]: sandbox().credentials[id] },
			}),
		);

	it.each([
		['in a workflow', false],
		['as a tool', true],
	])('%s: version 1 generates without waiting', async (_, byRouting) => {
		expect(await run(1, byRouting)).toMatchObject([{ status: 'queued', videoUrl: null }]);
		expect(sandbox().count({ call: 'status' })).toBe(0);
	});

	it.each([
		['in a workflow', false],
		['as a tool', true],
	])('%s: the newest version generates and waits', async (_, byRouting) => {
		const [job] = await run(undefined, byRouting);
		expect(job).toMatchObject({ status: 'completed', videoUrl: expect.stringMatching(/^http/) });
		expect(sandbox().jobs()).toHaveLength(1);
	});
});
