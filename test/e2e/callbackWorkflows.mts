import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { ROOT } from '../../scripts/folders.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import type { Session } from '../../scripts/n8n/session.mts';
import { GENERATOR, newNode, to, TRIGGER } from '../../scripts/n8n/workflow.mts';
import { until } from '../../scripts/until.mts';

export { triggerNode } from '../../scripts/n8n/workflow.mts';

export const WORKFLOWS = join(ROOT, 'workflows');

/** A workflow of `workflows/`, with the session's credentials chosen, as its user does it in the editor. */
export async function importable(name: string, { credentials }: Session): Promise<Workflow> {
	const workflow = JSON.parse(await readFile(join(WORKFLOWS, name), 'utf8')) as Workflow;
	for (const node of workflow.nodes) {
		if (node.type === GENERATOR || node.type === TRIGGER) node.credentials = credentials;
	}
	return workflow;
}

export function nodeOf(workflow: Workflow, name: string): INode {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (!node) throw new Error(`"${workflow.name}" has no node "${name}".`);
	return node;
}

/** The production URL that the editor shows on a trigger. */
export function callbackUrl({ n8n }: Session, { webhookId }: INode): string {
	return `${n8n.url}/webhook/${webhookId}/callback`;
}

/** Creates and publishes a workflow. @returns its id, when n8n has registered all of its triggers */
export async function publish(session: Session, workflow: Workflow): Promise<string> {
	const id = await session.client.createWorkflow(workflow);
	await session.client.activate(id);
	await untilRegistered(session, workflow);
	return id;
}

/** n8n answers an activation, and its health check, before it has registered the webhooks. */
export async function untilRegistered(session: Session, { nodes }: Workflow): Promise<void> {
	for (const trigger of nodes.filter(({ type }) => type === TRIGGER)) {
		await until(`n8n has registered ${trigger.name}`, async () => {
			const url = callbackUrl(session, trigger);
			return (await fetch(url, { method: 'POST' })).status !== 404;
		});
	}
}

/** One of each provider that calls back. */
export const MODELS: Record<string, string> = {
	fal: 'fal-ai/veo3.1/reference-to-video',
	shortapi: 'google/veo-3.1/reference-to-video',
	evolink: 'veo-3.1-generate-preview',
};

export interface Row {
	row: number;
	provider: string;
	prompt: string;
}

/** Start → the provider's rows → the unified node, once for the provider of each trigger. */
export function generating(session: Session, triggers: INode[], sheet: Row[]): Workflow {
	const { credentials } = session;
	const branches = triggers.map((trigger) => {
		const provider = String(trigger.parameters.provider);
		const rows = sheet.filter((row) => row.provider === provider);
		const generate = newNode(`Generate ${provider}`, GENERATOR, {
			provider,
			resource: 'video',
			operation: 'generate',
			model: MODELS[provider],
			prompt: '={{ $json.prompt }}',
			imageUrls: 'https://cdn.example.org/fox.png',
			options: {
				callbackUrl: callbackUrl(session, trigger),
				metadata: '={{ { "row": $json.row } }}',
				concurrency: 10,
			},
		});
		const type = sandboxCredentialTypes[provider];
		generate.credentials = { [type]: credentials[type] };
		const jsCode = `return ${JSON.stringify(rows)}.map((json) => ({ json }));`;
		return { rows: newNode(`Rows ${provider}`, 'n8n-nodes-base.code', { jsCode }), generate };
	});
	return {
		name: 'Generates',
		nodes: [
			newNode('Start', 'n8n-nodes-base.manualTrigger', {}),
			...branches.flatMap(({ rows, generate }) => [rows, generate]),
		],
		connections: {
			Start: to(...branches.map(({ rows }) => rows.name)),
			...Object.fromEntries(branches.map(({ rows, generate }) => [rows.name, to(generate.name)])),
		},
	};
}
