import { outputOf } from '../../scripts/n8n/rest.mts';
import { until } from '../../scripts/until.mts';
import { publish, triggerNode } from './callbackWorkflows.mts';
import { runOnce, useSession, veoWorkflow } from './n8nSession.mts';

const session = useSession(2, { allowHttpCallbacks: true });

describe('a trigger in the workflow of the node that generates', () => {
	const parameters = { options: { callbackThisWorkflow: true, metadata: '{ "row": 7 }' } };

	it.each(['separate', 'combined'] as const)(
		'is called without its URL being copied; binary data: %s',
		async (binaryMode) => {
			const { client, sandbox } = session();
			const workflow = veoWorkflow(session(), { prompts: ['a fox'], parameters });
			workflow.settings = { binaryMode };
			const trigger = triggerNode(session(), 'fal');
			workflow.nodes.push(trigger);
			const id = await publish(session(), workflow);
			const started = await client.waitForExecution(await client.runWorkflow(id, 'Start'));
			expect(started.status).toBe('success');

			const called = async () =>
				(await client.executionsOf(id)).filter(({ mode }) => mode === 'webhook');
			await until('the trigger has run', async () => (await called()).length > 0);
			const [first, ...others] = await called();
			expect(others).toEqual([]);
			const execution = await client.waitForExecution(first.id);
			const [job] = sandbox.jobs();
			expect(outputOf(execution, trigger.name)).toMatchObject([
				{ json: { jobId: job.id, videoUrl: job.videoUrl, metadata: { row: 7 } } },
			]);
		},
		60_000,
	);

	it('is missed before anything is submitted while the workflow is not published', async () => {
		const { client, sandbox } = session();
		const workflow = veoWorkflow(session(), { prompts: ['a fox'], parameters });
		workflow.nodes.push(triggerNode(session(), 'fal'));
		const id = await client.createWorkflow(workflow);
		const execution = await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		expect(execution.data.resultData.error?.message).toContain('no active');
		expect(sandbox.count({ call: 'submit' })).toBe(0);
	}, 60_000);
});

it('a workflow is built with the test URL and the sandbox', async () => {
	const { client, n8n, sandbox } = session();
	const trigger = triggerNode(session(), 'fal');
	const listening = { name: 'Listens', nodes: [trigger], connections: {} };
	const listeningId = await client.createWorkflow(listening);
	await client.listenForTestEvent(listeningId, trigger.name);
	const url = `${n8n.url}/webhook-test/${trigger.webhookId}/callback`;
	await runOnce(
		session(),
		veoWorkflow(session(), {
			prompts: ['a fox'],
			parameters: { options: { callbackUrl: url, metadata: '{ "row": 7 }' } },
		}),
	);
	await until('the trigger has run', async () => {
		return (await client.executionsOf(listeningId)).length > 0;
	});
	const [{ id }] = await client.executionsOf(listeningId);
	expect(outputOf(await client.waitForExecution(id), trigger.name)).toMatchObject([
		{ json: { jobId: sandbox.jobs()[0].id, metadata: { row: 7 } } },
	]);
}, 60_000);
