import type { INode, INodeParameters } from 'n8n-workflow';

import type { DeliverOptions, SandboxJob } from '../../../sandbox/server.mts';
import { N8N_VERSION } from '../../../scripts/n8n/install.mts';
import { isAsleep, outputOf } from '../../../scripts/n8n/rest.mts';
import type { Execution, Workflow } from '../../../scripts/n8n/rest.mts';
import { newNode } from '../../../scripts/n8n/workflow.mts';
import { until } from '../../../scripts/until.mts';
import { veoWorkflow } from '../n8nSession.mts';
import type { TestSession } from '../n8nSession.mts';

interface SleepOptions {
	parameters?: INodeParameters;
	options?: INodeParameters;
	settings?: Partial<INode>;
}

export const node = (name: string, type: string, parameters: INodeParameters, typeVersion = 1) =>
	newNode(name, `n8n-nodes-base.${type}`, parameters, { typeVersion });

export const to = (...names: string[]) => ({
	main: names.map((name) => [{ node: name, type: 'main' as const, index: 0 }]),
});

interface Place {
	node: string;
	run: number;
	output: number;
	item: number;
}

/** The prompt that an item's pairing leads back to, as n8n follows it for `$('Prompts').item`. */
function askedBy({ data }: Execution, { node: name, run, output, item }: Place): unknown {
	const task = data.resultData.runData[name]?.[run];
	const found = task?.data?.main[output]?.[item];
	if (name === 'Prompts' || !found) return found?.json.prompt;
	const paired = [found.pairedItem ?? []].flat()[0];
	const source = task.source[0];
	if (paired === undefined || !source) return undefined;
	return askedBy({ data } as Execution, {
		node: source.previousNode,
		run: source.previousNodeRun ?? 0,
		output: source.previousNodeOutput ?? 0,
		item: typeof paired === 'number' ? paired : paired.item,
	});
}

/** What the tests of sleeping executions do with one n8n and its sandbox. */
export type Sleeping = ReturnType<typeof sleepingIn>;

/** @param defaults options of the node, unless a test has others */
export function sleepingIn(
	session: () => TestSession,
	version: string,
	defaults: INodeParameters = { waitStrategy: 'callback' },
) {
	const jobOf = (prompt: string) => {
		const job = session()
			.sandbox.jobs()
			.find((candidate) => candidate.prompt.startsWith(prompt));
		if (!job) throw new Error(`The sandbox has no job "${prompt}".`);
		return job;
	};
	const statusOf = async (id: string) => (await session().client.getExecution(id)).status;
	const finish = (...prompts: string[]) => {
		for (const prompt of prompts) session().sandbox.finish(jobOf(prompt).id);
	};
	const submits = () => session().sandbox.count({ call: 'submit' });

	/** Prompts → Veo, which waits → After; what comes out of Veo's error output → Failed. */
	function workflowOf(
		prompts: string[],
		{ parameters, options, settings }: SleepOptions,
	): Workflow {
		const workflow = veoWorkflow(session(), {
			prompts,
			parameters: {
				operation: 'generateAndWait',
				...parameters,
				options: { ...defaults, ...options },
			},
			settings,
		});
		workflow.nodes.push(node('After', 'noOp', {}), node('Failed', 'noOp', {}));
		workflow.connections.Veo = to('After', 'Failed');
		return workflow;
	}

	async function start(workflow: Workflow): Promise<string> {
		const { client } = session();
		return await client.runWorkflow(await client.createWorkflow(workflow), 'Start');
	}

	/** Until it sleeps; an execution that ends instead is shown. */
	async function asleep(id: string): Promise<string> {
		await until('the execution sleeps', async () => {
			const execution = await session().client.getExecution(id);
			const { status, data } = execution;
			if (!['new', 'running', 'waiting'].includes(status)) {
				throw new Error(`It is ${status}: ${JSON.stringify(data.resultData.error)}`);
			}
			return isAsleep(execution);
		});
		return id;
	}

	const fallAsleep = async (prompts: string[], sleeping: SleepOptions = {}) =>
		await asleep(await start(workflowOf(prompts, sleeping)));

	/** When the callbacks of these jobs have been answered with 200. */
	const heard = async (...prompts: string[]) =>
		await until('the callbacks are taken', () =>
			prompts.every((prompt) =>
				session().sandbox.deliveries.some(
					({ jobId, status }) => jobId === jobOf(prompt).id && status === 200,
				),
			),
		);

	const deliver = async (job: SandboxJob, options?: DeliverOptions) =>
		(await session().sandbox.deliver(job.id, options)).map(({ status, error }) => status ?? error);

	const ended = async (id: string, withinMs = 20_000): Promise<Execution> =>
		await session().client.waitForExecution(id, withinMs);

	const after = (execution: Execution, name = 'After') =>
		outputOf(execution, name).map(({ json }, item) => ({
			...json,
			asked: askedBy(execution, { node: name, run: 0, output: 0, item }),
		}));

	const completed = (prompt: string) =>
		expect.objectContaining({
			asked: prompt,
			jobId: jobOf(prompt).id,
			status: 'completed',
			videoUrl: expect.stringContaining('http'),
			error: null,
		});

	return {
		session,
		/** Some things n8n 1 does in a way of its own. */
		isCurrent: version === N8N_VERSION,
		jobOf,
		statusOf,
		finish,
		submits,
		workflowOf,
		start,
		asleep,
		fallAsleep,
		heard,
		deliver,
		ended,
		after,
		completed,
	};
}
