import type { N8nClient } from '../n8n/rest.mts';
import type { Session } from '../n8n/session.mts';
import type { Workflow } from '../n8n/rest.mts';
import { until } from '../until.mts';
import { nameOf, sleepingWorkflow, submittingWorkflow, triggeredWorkflow } from './ways.mts';
import type { Way } from './ways.mts';

/** An n8n that jobs are submitted in, alone or in queue mode. */
export interface Target extends Pick<Session, 'credentials'> {
	client: N8nClient;
	/** Where its webhooks are called. */
	webhookUrl: string;
}

/** A way, and the workflows that n8n has published for it. */
export interface Open {
	way: Way;
	/** The workflow that is called with prompts. */
	submits: string;
	/** The one that the jobs leave: the same where it sleeps. */
	leaves: string;
}

/** Publishes the workflows of these ways. */
export async function openWays(target: Target, ways: Way[], options?: object): Promise<Open[]> {
	const open: Open[] = [];
	for (const way of ways) {
		if (way.by !== 'trigger') {
			const id = await publish(target, sleepingWorkflow(target, way, options));
			open.push({ way, submits: id, leaves: id });
			continue;
		}
		const triggered = triggeredWorkflow(target, way);
		const leaves = await publish(target, triggered);
		const address = `${target.webhookUrl}/webhook/${triggered.nodes[0].webhookId}/callback`;
		await until(`${address} is registered`, async () => (await post(address, {})).status !== 404);
		const submits = await publish(target, submittingWorkflow(target, way, address));
		open.push({ way, submits, leaves });
	}
	return open;
}

async function publish({ client }: Target, workflow: Workflow): Promise<string> {
	const id = await client.createWorkflow(workflow);
	await client.activate(id);
	return id;
}

/** n8n registers webhooks a little after it has answered, and takes no calls while its database is slow. */
const NOT_YET = [404, 503];

/** Starts an execution that makes a job of each prompt. */
export async function submit({ webhookUrl }: Target, way: Way, prompts: string[]): Promise<void> {
	const url = `${webhookUrl}/webhook/${nameOf(way)}`;
	let status = NOT_YET[0];
	await until(`${url} takes calls`, async () => {
		({ status } = await post(url, { prompts }));
		return !NOT_YET.includes(status);
	});
	if (status !== 200) throw new Error(`${url} answered ${status}.`);
}

const post = async (url: string, body: object) =>
	await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
