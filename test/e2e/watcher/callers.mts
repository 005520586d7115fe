import type { INode } from 'n8n-workflow';

import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { Workflow } from '../../../scripts/n8n/rest.mts';
import { inTurn } from '../../../scripts/n8n/workflow.mts';
import { until } from '../../../scripts/until.mts';
import { node } from '../sleep/sleeping.mts';
import { AIMLAPI, hintsOf } from './watching.mts';
import type { Watching } from './watching.mts';

/** Who has started the workflow, and whether it waits for the result. */
export function testCallers({
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
	called,
	executionOf,
}: Watching): void {
	const parameters = AIMLAPI;

	const only = (workflow: Workflow, ...names: string[]) =>
		workflow.nodes.filter(({ name }) => names.includes(name));

	function onWebhook(path: string, responseMode: string): INode {
		const parameters = { path, httpMethod: 'POST', responseMode };
		return { ...node('Called', 'webhook', parameters, 2), webhookId: crypto.randomUUID() };
	}

	it('stays awake behind a Webhook that answers when the last node finishes, and it answers right', async () => {
		const { client, n8n } = session();
		const workflow = workflowOf(['one #sandbox:seconds=2'], { parameters });
		workflow.nodes = [
			onWebhook('last-node', 'lastNode'),
			...only(workflow, 'Prompts', 'Veo', 'After'),
		];
		workflow.connections = inTurn(workflow.nodes);
		const workflowId = await client.createWorkflow(workflow);
		await client.activate(workflowId);
		let answer: unknown;
		await until('it answers', async () => {
			const response = await fetch(`${n8n.url}/webhook/last-node`, { method: 'POST' });
			if (response.status === 404) return false;
			answer = await response.json();
			return true;
		});
		expect(answer).toMatchObject({
			jobId: jobOf('one').id,
			status: 'completed',
			videoUrl: expect.stringContaining('http'),
		});
		const [{ id }] = await client.executionsOf(workflowId);
		expect(hintsOf(await ended(id))).toEqual([
			expect.stringContaining('"Called" answers its caller'),
		]);
		expect(submits()).toBe(1);
	});

	it('sleeps when such a Webhook is in the workflow and another trigger has started it', async () => {
		const workflow = workflowOf(['one'], { parameters });
		workflow.nodes.push(onWebhook('other', 'lastNode'));
		workflow.connections.Called = workflow.connections.Start;
		const id = await asleep(await start(workflow));
		finish('one');
		expect(after(await ended(id))).toEqual([completed('one')]);
	});

	const ways = ['once', 'each'].flatMap((mode) =>
		[true, false].map((waitForSubWorkflow) => ({
			mode,
			waitForSubWorkflow,
			prompts: ['one', 'two'].map(
				(name) => `${name} ${mode} ${waitForSubWorkflow} #sandbox:seconds=2`,
			),
		})),
	);

	it('sub-workflows stay awake, and their callers go on with the videos', async () => {
		const { client } = session();
		const inner = workflowOf([], { parameters });
		inner.nodes = [
			node('Called', 'executeWorkflowTrigger', { inputSource: 'passthrough' }, 1.1),
			...only(inner, 'Veo', 'After'),
		];
		inner.connections = inTurn(inner.nodes);
		const innerId = await client.createWorkflow(inner);
		await client.activate(innerId);
		const outerIds = await startEach(
			ways.map(({ mode, waitForSubWorkflow, prompts }) => {
				const outer = workflowOf(prompts, {});
				const call = {
					workflowId: { __rl: true, mode: 'id', value: innerId },
					mode,
					options: { waitForSubWorkflow },
				};
				outer.nodes = [
					...only(outer, 'Start', 'Prompts'),
					node('Call', 'executeWorkflow', call, 1.2),
					node('Result', 'noOp', {}),
				];
				outer.connections = inTurn(outer.nodes);
				return outer;
			}),
		);
		for (const [index, { waitForSubWorkflow, prompts }] of ways.entries()) {
			const outer = await ended(outerIds[index]);
			expect(outer.status).toBe('success');
			expect(outputOf(outer, 'Result').map(({ json }) => json)).toEqual(
				prompts.map((prompt) =>
					waitForSubWorkflow
						? expect.objectContaining({ jobId: jobOf(prompt).id, status: 'completed' })
						: { prompt },
				),
			);
		}
		const inners = await client.executionsOf(innerId);
		const results = await Promise.all(inners.map(async ({ id }) => await ended(id)));
		expect(results.map(({ status, mode }) => `${mode} ${status}`)).toEqual(
			Array(6).fill('integrated success'),
		);
		// Nobody hands on the results of those that nobody waited for, but they are there.
		expect(
			results.flatMap((execution) => outputOf(execution, 'After').map(({ json }) => json.status)),
		).toEqual(Array(8).fill('completed'));
		expect(hintsOf(results[0])).toEqual([expect.stringContaining('another workflow called')]);
		expect(submits()).toBe(8);
	});

	it('an error workflow sleeps', async () => {
		const { client } = session();
		const handling = workflowOf(['one'], { parameters });
		Object.assign(
			handling.nodes.find(({ name }) => name === 'Start') as INode,
			node('Start', 'errorTrigger', {}),
		);
		const handlingId = await client.createWorkflow(handling);
		await client.activate(handlingId);
		const failing = workflowOf([], {});
		failing.nodes = [
			...only(failing, 'Start'),
			node('Stop', 'stopAndError', { errorMessage: 'on purpose' }),
		];
		failing.connections = inTurn(failing.nodes);
		failing.settings = { errorWorkflow: handlingId };
		await called(failing);
		const id = await asleep(await executionOf(handlingId));
		finish('one');
		const execution = await ended(id);
		expect(execution).toMatchObject({ mode: 'error', status: 'success' });
		expect(after(execution)).toEqual([completed('one')]);
	});
}
