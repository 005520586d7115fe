import type { INode, INodeParameters } from 'n8n-workflow';

import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { Execution } from '../../../scripts/n8n/rest.mts';
import { bringForward } from '../sleep/deadline.mts';
import { to } from '../sleep/sleeping.mts';
import { AIHUBMAX, AIMLAPI, hintsOf } from './watching.mts';
import type { Watching } from './watching.mts';

/** The watcher dies with its process, and the jobs do not. */
export function testRestarts({
	session,
	jobOf,
	finish,
	submits,
	workflowOf,
	start,
	startEach,
	asleep,
	ended,
	after,
	completed,
}: Watching): void {
	/** Veo → After → Get, which asks about what has not ended. */
	function collecting(prompts: string[], parameters: INodeParameters) {
		const workflow = workflowOf(prompts, { parameters, options: { timeout: 0.1 } });
		const veo = workflow.nodes.find(({ name }) => name === 'Veo') as INode;
		const get = { resource: 'job', operation: 'get', provider: parameters.provider };
		workflow.nodes.push({
			...veo,
			id: 'Get',
			name: 'Get',
			parameters: { ...get, jobId: '={{ $json.jobId }}' },
		});
		workflow.connections.After = to('Get');
		return workflow;
	}

	/** They leave at the deadline with their IDs, and Get has asked about them. */
	async function areCollected(id: string, prompts: string[]): Promise<void> {
		const execution = await ended(id, 70_000);
		expect(execution.data.resultData.error).toBeUndefined();
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual(prompts.map(outOfTime));
		expect(outputOf(execution, 'Get').map(({ json }) => [json.jobId, json.status])).toEqual(
			prompts.map((prompt) => [jobOf(prompt).id, 'completed']),
		);
	}

	const outOfTime = (asked: string) =>
		expect.objectContaining({
			asked,
			jobId: jobOf(asked).id,
			error: expect.objectContaining({ code: 'timeout' }),
		});

	it('kill -9 while it sleeps: the jobs leave at the deadline with their IDs, and Get collects them', async () => {
		const { client } = session();
		const prompts = ['one', 'two'];
		const started = Date.now();
		const id = await asleep(await start(collecting(prompts, AIMLAPI)));
		let deadline = 0;
		await session().killAndRestartN8n({
			meanwhile: async (userFolder) => {
				finish(...prompts);
				deadline = bringForward(userFolder, id);
			},
		});
		// Two minutes after the time is up.
		expect(deadline - started).toBeGreaterThanOrEqual(126_000);
		expect(deadline - started).toBeLessThan(140_000);
		await areCollected(id, prompts);
		expect(submits()).toBe(2);
		expect(await client.executionsWith('crashed')).toEqual([]);
	}, 120_000);

	it('n8n is stopped while they sleep: it ends at once, and every job leaves at its deadline', async () => {
		const { client } = session();
		const batches = [AIMLAPI, AIHUBMAX].map((parameters) => ({
			parameters,
			prompts: [1, 2, 3].map((row) => `${parameters.provider} ${row}`),
		}));
		const ids = await startEach(
			batches.map(({ prompts, parameters }) => collecting(prompts, parameters)),
		);
		for (const id of ids) await asleep(id);
		const how = await session().stopAndRestartN8n({
			// At this address nobody answers: for the test after this one.
			env: { WEBHOOK_URL: 'http://127.0.0.1:9' },
			meanwhile: async (userFolder) => {
				finish(...batches.flatMap(({ prompts }) => prompts));
				for (const id of ids) bringForward(userFolder, id);
			},
		});
		// With executions awake, it would wait for them and end with 1.
		expect(how).toBe('exit code 0');
		for (const [index, { prompts }] of batches.entries()) await areCollected(ids[index], prompts);
		expect(submits()).toBe(6);
		expect(await client.executionsWith('crashed')).toEqual([]);
	}, 120_000);

	it('stays awake where n8n does not reach itself, and says what to do', async () => {
		const prompt = 'one #sandbox:seconds=2';
		const workflow = workflowOf([prompt], { parameters: AIMLAPI });
		const execution: Execution = await ended(await start(workflow));
		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData.Veo[0].executionTime).toBeGreaterThan(1000);
		expect(after(execution)).toEqual([completed(prompt)]);
		expect(hintsOf(execution)).toEqual([
			expect.stringMatching(/does not reach itself at http:\/\/127\.0\.0\.1:9\..*WEBHOOK_URL/),
		]);
		expect(submits()).toBe(1);
	});
}
