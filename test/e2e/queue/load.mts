import { readFile } from 'node:fs/promises';

import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { Workflow } from '../../../scripts/n8n/rest.mts';
import type { QueueSession } from '../../../scripts/n8n/queue/start.mts';
import { until } from '../../until.mts';
import { sleepingWorkflow, submittingWorkflow, triggeredWorkflow, WAYS } from './workflows.mts';
import type { Way } from './workflows.mts';

export interface Load {
	/** In all; each way gets its part of them. */
	jobs: number;
	/** The items of each execution. */
	items: number;
}

/** The executions that n8n has of each workflow that brings jobs out, by way. */
export type Running = Array<{ way: Way; workflowId: string }>;

/** Publishes the workflows, and calls them with prompts until all jobs are submitted. */
export async function submitJobs(session: QueueSession, { jobs, items }: Load): Promise<Running> {
	const each = jobs / WAYS.length / items;
	const running: Running = [];
	for (const way of WAYS) {
		if (way.by === 'trigger') {
			const triggered = triggeredWorkflow(session, way);
			running.push({ way, workflowId: await publish(session, triggered) });
			const { webhookId } = triggered.nodes[0];
			const address = `${session.webhook.url}/webhook/${webhookId}/callback`;
			await answers(address);
			await publish(session, submittingWorkflow(session, way, address));
		} else {
			running.push({ way, workflowId: await publish(session, sleepingWorkflow(session, way)) });
		}
	}
	for (let execution = 0; execution < each; execution++) {
		await Promise.all(
			WAYS.map(async ({ provider }) => {
				const prompts = Array.from(
					{ length: items },
					(_, item) => `${provider} ${execution}/${item}`,
				);
				await call(`${session.webhook.url}/webhook/${provider}`, { prompts });
			}),
		);
	}
	return running;
}

async function publish({ client }: QueueSession, workflow: Workflow): Promise<string> {
	const id = await client.createWorkflow(workflow);
	await client.activate(id);
	return id;
}

/** n8n registers webhooks a little after it has answered. */
async function answers(url: string): Promise<void> {
	await until(`${url} is registered`, async () => {
		return (await fetch(url, { method: 'POST' })).status !== 404;
	});
}

async function call(url: string, body: object): Promise<void> {
	const post = async () =>
		await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
	let response = await post();
	await until(`${url} is registered`, async () => {
		if (response.status === 404) response = await post();
		return response.status !== 404;
	});
	if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
}

/** The executions that sleep now. */
export const sleepers = async ({ database }: QueueSession): Promise<string[]> =>
	await database.query(`SELECT id FROM execution_entity WHERE status = 'waiting' ORDER BY id`);

/** Lets n8n wake all that sleeps in a few seconds, which it would else do after Timeout. */
export async function bringNetForward({ database }: QueueSession): Promise<void> {
	await database.query(
		`UPDATE execution_entity SET "waitTill" = now() + interval '5 seconds' WHERE status = 'waiting'`,
	);
}

/** The executions that this process was the first to run; after their sleep another one may run them. */
export async function startedBy(logFile: string): Promise<string[]> {
	const log = await readFile(logFile, 'utf8');
	return [...log.matchAll(/Worker started execution (\d+)/g)].map(([, id]) => id);
}

export interface Left {
	way: Way;
	executionId: string;
	jobId: string;
	/** With what the item left. */
	code?: string;
	status: string;
	/** The same job, as the Get behind has found it. */
	later?: unknown;
}

/** Every job that has come out of an execution, as often as it has. */
export async function jobsThatLeft({ client }: QueueSession, running: Running): Promise<Left[]> {
	const left: Left[] = [];
	for (const { way, workflowId } of running) {
		for (const { id } of await client.executionsOf(workflowId)) {
			const execution = await client.getExecution(id);
			const got = outputOf(execution, 'Get');
			for (const [index, { json }] of outputOf(execution, 'Left').entries()) {
				const { jobId, status, error } = json as unknown as Pick<Left, 'jobId' | 'status'> & {
					error: { code: string } | null;
				};
				left.push({
					...{ way, executionId: id, jobId, status },
					code: error?.code,
					later: got[index]?.json.status,
				});
			}
		}
	}
	return left;
}
