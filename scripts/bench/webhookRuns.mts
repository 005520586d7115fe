// Many executions of one published workflow, started through its webhook.
import { setTimeout as pause } from 'node:timers/promises';

import axios from 'axios';
import type { INode } from 'n8n-workflow';

import { concurrently } from '../../nodes/shared/time/concurrently.ts';
import type { Workflow } from '../n8n/rest.mts';
import type { Session } from '../n8n/session.mts';
import { newNode } from '../n8n/workflow.mts';

const STARTS_AT_A_TIME = 5;

/** With what it is posted under `body`. */
export function startNode(): INode {
	const path = crypto.randomUUID();
	return newNode(
		'Start',
		'n8n-nodes-base.webhook',
		{ httpMethod: 'POST', path },
		{ typeVersion: 2, webhookId: path },
	);
}

/** One execution for each body of a workflow that begins with `startNode()`. @returns its id */
export async function startMany(
	{ client, n8n }: Session,
	workflow: Workflow,
	bodies: object[],
): Promise<string> {
	const id = await client.createWorkflow(workflow);
	await client.activate(id);
	const url = `${n8n.url}/webhook/${String(workflow.nodes[0].parameters.path)}`;
	const post = async (body: object) =>
		(await axios.post(url, body, { proxy: false, validateStatus: () => true })).status;
	await concurrently(bodies, STARTS_AT_A_TIME, async (body) => {
		let status = await post(body);
		// n8n registers webhooks a little after it has answered.
		for (; status === 404; status = await post(body)) await pause(200);
		if (status !== 200) throw new Error(`n8n answered ${status} to a start.`);
	});
	return id;
}
