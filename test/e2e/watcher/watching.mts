import type { INode } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../../sandbox/registry.mts';
import type { Execution, Workflow } from '../../../scripts/n8n/rest.mts';
import { node } from '../sleep/sleeping.mts';
import type { Sleeping } from '../sleep/sleeping.mts';
import { until } from '../../../scripts/until.mts';
import type { Front } from './front.mts';

export const AIMLAPI = { provider: 'aimlapi', model: 'google/veo-3.1-reference-to-video' };
export const AIHUBMAX = { provider: 'aihubmax', model: 'veo-3.1-reference-to-video' };

/** n8n stands behind a proxy that takes this away from the path of every call. */
export const PREFIX = '/n8n';

/** What the editor shows beside the output of the node. */
export const hintsOf = ({ data }: Execution): string[] =>
	data.resultData.runData.Veo.flatMap(({ hints = [] }) => hints.map(({ message }) => message));

export type Watching = ReturnType<typeof watchingIn>;

/** @param front through which n8n reaches itself */
export function watchingIn(sleeping: Sleeping, front: () => Front) {
	const { session } = sleeping;
	let count = 0;

	/** Starts them one after the other: the database of n8n 1 does not bear two new workflows at once. */
	async function startEach(workflows: Workflow[]): Promise<string[]> {
		const ids: string[] = [];
		for (const workflow of workflows) ids.push(await sleeping.start(workflow));
		return ids;
	}

	/** The calls of the node's own watcher to this execution. */
	const wakesOf = (id: string) =>
		front().calls.filter(
			({ path }) =>
				path.startsWith(`${PREFIX}/webhook-waiting/${id}/`) && path.includes('veoToken='),
		);

	/** The workflow, started by a call that is answered at once. @returns its id and its execution's */
	async function called(workflow: Workflow): Promise<{ workflowId: string; id: string }> {
		const { client, n8n } = session();
		const path = `called-${count++}`;
		const start = workflow.nodes.find(({ name }) => name === 'Start') as INode;
		Object.assign(start, node('Start', 'webhook', { path, httpMethod: 'POST' }, 2), {
			webhookId: crypto.randomUUID(),
		});
		const workflowId = await client.createWorkflow(workflow);
		await client.activate(workflowId);
		await until('its URL is there', async () => {
			const { status } = await fetch(`${n8n.url}/webhook/${path}`, { method: 'POST' });
			return status !== 404;
		});
		return { workflowId, id: await executionOf(workflowId) };
	}

	/** The only execution of the workflow, once it has begun. */
	async function executionOf(workflowId: string): Promise<string> {
		let id = '';
		await until('it runs', async () => {
			const executions = await session().client.executionsOf(workflowId);
			id = executions[0]?.id ?? '';
			return id !== '';
		});
		return id;
	}

	/** A credential for AI/ML API like the saved one, but for these fields. */
	async function credentialWith(fields: Record<string, string>) {
		const type = sandboxCredentialTypes.aimlapi;
		const name = `AI/ML API ${count++}`;
		const data = { ...session().sandbox.credentials.aimlapi, ...fields };
		const id = await session().client.createCredential({ name, type, data });
		return {
			id,
			settings: { credentials: { [type]: { id, name } } },
			change: async (changed: Record<string, string>) =>
				void (await session().client.saveCredential({
					name,
					type,
					data: { ...data, ...changed },
				})),
		};
	}

	return { ...sleeping, front, startEach, wakesOf, called, executionOf, credentialWith };
}
