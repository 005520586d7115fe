import type { INode, INodeParameters } from 'n8n-workflow';

import { testedOn } from '../../scripts/n8n/tested.mts';
import { isAsleep, outputOf } from '../../scripts/n8n/rest.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { inTurn, to } from '../../scripts/n8n/workflow.mts';
import { until } from '../../scripts/until.mts';
import { useSession, veoWorkflow } from './n8nSession.mts';
import type { TestSession } from './n8nSession.mts';
import { node } from './sleep/sleeping.mts';

/** No job ends by itself. */
const JOB_SECONDS = 600;
const PROMPTS = ['one', 'two', 'three'];

interface Situation {
	name: string;
	provider: string;
	model: string;
	isLoop: boolean;
	savesProgress: boolean;
	operation: string;
}

const generate = { operation: 'generate', isLoop: false, savesProgress: false };

/** A provider for each, so that what was submitted can be told apart. */
const SITUATIONS: Situation[] = [
	{
		...generate,
		name: 'a batch',
		provider: 'fal',
		model: 'fal-ai/veo3.1/reference-to-video',
	},
	{
		...generate,
		name: 'a batch, whose progress is saved',
		provider: 'aimlapi',
		model: 'google/veo-3.1-reference-to-video',
		savesProgress: true,
	},
	{
		...generate,
		name: 'a loop',
		provider: 'shortapi',
		model: 'google/veo-3.1/reference-to-video',
		isLoop: true,
	},
	{
		...generate,
		name: 'a loop, whose progress is saved',
		provider: 'aihubmax',
		model: 'veo-3.1-reference-to-video',
		isLoop: true,
		savesProgress: true,
	},
	{
		...generate,
		name: 'a loop that has slept in its first round',
		provider: 'evolink',
		model: 'veo-3.1-generate-preview',
		isLoop: true,
		operation: 'generateAndWait',
	},
];

/** Called → Prompts → Veo, or a loop with Veo in it. n8n keeps more of it than of a manual run. */
function called(session: TestSession, situation: Situation, path: string): Workflow {
	const { provider, model, operation, isLoop, savesProgress } = situation;
	const workflow = veoWorkflow(session, {
		prompts: PROMPTS,
		parameters: { provider, model, operation, options: { concurrency: 1, pollInterval: 1 } },
	});
	const [, prompts, veo] = workflow.nodes;
	const start: INode = {
		...node('Called', 'webhook', { path, httpMethod: 'POST', responseMode: 'onReceived' }, 2),
		webhookId: crypto.randomUUID(),
	};
	const loop = node('Loop', 'splitInBatches', { options: {} }, 3);
	workflow.nodes = isLoop ? [start, prompts, loop, veo] : [start, prompts, veo];
	workflow.connections = isLoop ? around(loop, start, prompts, veo) : inTurn(workflow.nodes);
	workflow.settings = { saveExecutionProgress: savesProgress };
	return workflow;
}

/** The nodes before the loop, and those in it. */
const around = (loop: INode, start: INode, prompts: INode, ...inside: INode[]) => ({
	...inTurn([start, prompts, loop]),
	...inTurn([...inside, loop]),
	[loop.name]: { main: [[], ...to(inside[0].name).main] },
});

describe.each(testedOn.crash)('on n8n %s', (version) => {
	const session = useSession(JOB_SECONDS, { version });
	const submitsAt = (provider: string) => session().sandbox.count({ provider, call: 'submit' });

	/** Until the second of the three videos is paid for, and the answer is on its way. */
	async function startedAt(situation: Situation): Promise<string> {
		const { client, n8n, sandbox } = session();
		const { provider } = situation;
		const path = crypto.randomUUID();
		const workflowId = await client.createWorkflow(called(session(), situation, path));
		await client.activate(workflowId);
		const slow = { kind: 'slow', milliseconds: 600_000, where: 'headers' } as const;
		sandbox.inject({ provider, call: 'submit', fault: slow, after: 1 });
		await until('it is called', async () => {
			const { ok } = await fetch(`${n8n.url}/webhook/${path}`, { method: 'POST' });
			return ok;
		});
		const jobs = () => sandbox.jobs().filter((job) => job.provider === provider);
		await until('the first video is submitted', () => jobs().length > 0);
		const [{ id }] = await client.executionsOf(workflowId);
		if (situation.operation === 'generateAndWait') {
			await until('it sleeps', async () => isAsleep(await client.getExecution(id)));
			sandbox.finish(jobs()[0].id);
		}
		await until('the second video is submitted', () => jobs().length === 2, 20_000);
		return id;
	}

	describe.each(['kill -9', 'SIGTERM'])('%s while a submit is under way', (signal) => {
		const executions = new Map<string, string>();

		beforeAll(async () => {
			for (const situation of SITUATIONS) {
				executions.set(situation.name, await startedAt(situation));
			}
			if (signal === 'SIGTERM') await session().n8n.stop();
			await session().killAndRestartN8n();
		}, 120_000);

		it.each(SITUATIONS)('$name: the retry submits nothing', async ({ name, provider }) => {
			const { client } = session();
			const id = executions.get(name) as string;
			await until('it is known to have crashed', async () => {
				return (await client.getExecution(id)).status === 'crashed';
			});
			const before = submitsAt(provider);
			const retried = await client.getExecution(await client.retryExecution(id, false));
			expect(retried.status).toBe('error');
			expect(retried.data.resultData.error?.message).toContain('may already be paid');
			expect(retried.data.resultData.error?.description).toContain('Job > Get');
			const again = await client.getExecution(await client.retryExecution(retried.id, false));
			expect(again.data.resultData.error?.message).toContain('may already be paid');
			expect(submitsAt(provider)).toBe(before);
		});
	});

	it.each([true, false])(
		'the retry of a loop in which a submit was refused goes on (progress saved: %s)',
		async (savesProgress) => {
			const { client, sandbox } = session();
			const [, situation] = SITUATIONS;
			const workflow = called(session(), { ...situation, isLoop: true, savesProgress }, 'unused');
			const [, prompts, loop, veo] = workflow.nodes;
			const start = node('Start', 'manualTrigger', {});
			workflow.nodes = [start, prompts, loop, veo];
			workflow.connections = around(loop, start, prompts, veo);
			sandbox.inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
			const workflowId = await client.createWorkflow(workflow);
			const failed = await client.waitForExecution(await client.runWorkflow(workflowId, 'Start'));
			expect(failed.status).toBe('error');
			const retried = await client.getExecution(await client.retryExecution(failed.id, false));
			expect(retried.data.resultData.error?.message).toBeUndefined();
			expect(sandbox.jobs().map(({ prompt }) => prompt)).toEqual(PROMPTS);
		},
	);

	it.each([true, false])(
		'the retry of a loop in which another node has failed goes on (progress saved: %s)',
		async (savesProgress) => {
			const { client, sandbox } = session();
			const [, situation] = SITUATIONS;
			const workflow = called(session(), { ...situation, isLoop: true, savesProgress }, 'unused');
			const [, prompts, loop, veo] = workflow.nodes;
			const start = node('Start', 'manualTrigger', {});
			const header = { name: 'Authorization', value: `Bearer ${sandbox.apiKey}` };
			const request: INodeParameters = {
				url: `${sandbox.credentials.evolink.baseUrl}/v1/credits`,
				sendHeaders: true,
				headerParameters: { parameters: [header] },
			};
			const check = node('Check', 'httpRequest', request, 4.2);
			veo.parameters.prompt = `={{ ${JSON.stringify(PROMPTS)}[$runIndex] }}`;
			workflow.nodes = [start, prompts, loop, check, veo];
			workflow.connections = around(loop, start, prompts, check, veo);
			sandbox.inject({ call: 'account', fault: { kind: 'status', status: 500 }, after: 1 });
			const workflowId = await client.createWorkflow(workflow);
			const failed = await client.waitForExecution(await client.runWorkflow(workflowId, 'Start'));
			expect(failed.status).toBe('error');
			expect(sandbox.jobs().map(({ prompt }) => prompt)).toEqual(['one']);
			const retried = await client.getExecution(await client.retryExecution(failed.id, false));
			expect(retried.status).toBe('success');
			expect(sandbox.jobs().map(({ prompt }) => prompt)).toEqual(PROMPTS);
			expect(outputOf(retried, 'Veo')[0].json.jobId).toBe(sandbox.jobs()[2].id);
		},
	);
});
