import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { GENERATOR, newNode, to } from '../../scripts/n8n/workflow.mts';
import { until } from '../../scripts/until.mts';
import { callbackUrl, publish, triggerNode } from './callbackWorkflows.mts';
import { runOnce, useSession, veoWorkflow, withoutNetwork } from './n8nSession.mts';

const session = useSession(1, { env: withoutNetwork });
afterEach(() => expect(session().sandbox.requests).toEqual([]));

const noKey: Partial<INode> = { credentials: undefined };

const workflow = (prompts: string[], parameters: INodeParameters): Workflow =>
	veoWorkflow(session(), {
		prompts,
		parameters: { provider: 'simulator', ...parameters },
		settings: { ...noKey, onError: 'continueRegularOutput', typeVersion: 1.1 },
	});

const trigger = (): INode => ({
	...triggerNode(session(), 'fal', { provider: 'simulator' }),
	...noKey,
	name: 'Video from Simulator',
});

it('makes videos without a key and without a network: asleep, then downloaded', async () => {
	const flow = workflow(['a fox #sandbox:seconds=2', 'a boat #sandbox:content-policy'], {
		operation: 'generateAndWait',
		options: { pollInterval: 1 },
	});
	const download = newNode(
		'Download',
		GENERATOR,
		{ provider: 'simulator', resource: 'video', operation: 'download' },
		{ typeVersion: 1.1, onError: 'continueRegularOutput' },
	);
	flow.nodes.push(download);
	flow.connections.Veo = to('Download');
	const { client } = session();
	const id = await client.createWorkflow(flow);
	const executionId = await client.runWorkflow(id, 'Start');
	await until('the execution sleeps', async () => {
		return (await client.executionsWith('waiting')).some((found) => found.id === executionId);
	});
	const execution = await client.waitForExecution(executionId);
	expect(outputOf(execution, 'Veo').map(({ json }) => json.status)).toEqual([
		'completed',
		'failed',
	]);
	const [video, none] = outputOf(execution, 'Download');
	expect(video.binary?.data).toMatchObject({ mimeType: 'video/mp4', fileExtension: 'mp4' });
	expect(none.binary).toBeUndefined();
}, 60_000);

describe('a trigger', () => {
	const runsOf = async (id: string) =>
		(await session().client.executionsOf(id)).filter(({ mode }) => mode === 'webhook');

	it('of the same workflow is called for each job, with its metadata', async () => {
		const { client } = session();
		const words = ['seconds=1', 'content-policy', 'canceled'];
		const flow = workflow(
			words.map(
				(word) => `a fox #sandbox:${word}${word.startsWith('s') ? '' : ' #sandbox:seconds=1'}`,
			),
			{ options: { callbackThisWorkflow: true, metadata: '={{ { row: $itemIndex } }}' } },
		);
		const own = trigger();
		flow.nodes.push(own);
		const id = await publish(session(), flow);
		const started = await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		expect(started.status).toBe('success');
		await until('each has run', async () => (await runsOf(id)).length === words.length);
		const found = await Promise.all(
			(await runsOf(id)).map(async (run) => {
				const execution = await client.waitForExecution(run.id);
				return outputOf(execution, own.name)[0].json;
			}),
		);
		const row = ({ metadata }: IDataObject) => Number((metadata as IDataObject).row);
		found.sort((one, other) => row(one) - row(other));
		expect(found.map(({ status }) => status)).toEqual(['completed', 'failed', 'canceled']);
	}, 60_000);

	it('is called at its test URL, too, while a workflow is built', async () => {
		const { client } = session();
		const own = trigger();
		const listening = await client.createWorkflow({
			name: 'Listens',
			nodes: [own],
			connections: {},
		});
		await client.listenForTestEvent(listening, own.name);
		const url = callbackUrl(session(), own).replace('/webhook/', '/webhook-test/');
		const options = { callbackUrl: url };
		await runOnce(session(), workflow(['a fox #sandbox:seconds=1'], { options }));
		await until('the trigger has run', async () => {
			return (await client.executionsOf(listening)).length > 0;
		});
	}, 60_000);
});
