import type { INodeParameters } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../../sandbox/registry.mts';
import type { Workflow } from '../../../scripts/n8n/rest.mts';
import type { QueueSession } from '../../../scripts/n8n/queue/start.mts';
import { GENERATOR, inTurn, newNode } from '../../../scripts/n8n/workflow.mts';
import { triggerNode } from '../callbackWorkflows.mts';

/** How the results of a provider's jobs come back. */
export interface Way {
	provider: string;
	model: string;
	/** What wakes the execution; a trigger starts one of its own. */
	by: 'watcher' | 'callback' | 'trigger';
}

export const WAYS: Way[] = [
	{ provider: 'aimlapi', model: 'google/veo-3.1-reference-to-video', by: 'watcher' },
	{ provider: 'aihubmax', model: 'veo-3.1-reference-to-video', by: 'watcher' },
	{ provider: 'evolink', model: 'veo-3.1-generate-preview', by: 'callback' },
	{ provider: 'fal', model: 'fal-ai/veo3.1/reference-to-video', by: 'trigger' },
];

type Credentials = Pick<QueueSession, 'credentials'>;

/** Called with prompts → Veo → Left → Get, which asks about every job that has left. */
export function sleepingWorkflow(session: Credentials, way: Way): Workflow {
	return workflowOf(session, way, {
		operation: 'generateAndWait',
		options:
			way.by === 'callback'
				? { waitStrategy: 'callback' }
				: { waitStrategy: 'auto', pollInterval: 2 },
	});
}

/** Called with prompts → Veo, whose jobs call this address. */
export function submittingWorkflow(session: Credentials, way: Way, callbackUrl: string): Workflow {
	return workflowOf(session, way, { operation: 'generate', options: { callbackUrl } });
}

/** The trigger → Left. */
export function triggeredWorkflow(session: Credentials, { provider }: Way): Workflow {
	const nodes = [triggerNode(session, provider), newNode('Left', 'n8n-nodes-base.noOp')];
	return { name: 'triggered', nodes, connections: inTurn(nodes) };
}

function workflowOf(
	{ credentials }: Credentials,
	{ provider, model }: Way,
	parameters: INodeParameters,
): Workflow {
	const type = sandboxCredentialTypes[provider];
	const rest = { credentials: { [type]: credentials[type] } };
	const nodes = [
		newNode(
			'Called',
			'n8n-nodes-base.webhook',
			{ path: provider, httpMethod: 'POST' },
			{ typeVersion: 2, webhookId: crypto.randomUUID() },
		),
		newNode('Prompts', 'n8n-nodes-base.splitOut', {
			fieldToSplitOut: 'body.prompts',
			options: { destinationFieldName: 'prompt' },
		}),
		newNode(
			'Veo',
			GENERATOR,
			{
				...{ provider, model, resource: 'video' },
				prompt: '={{ $json.prompt }}',
				imageUrls: 'https://cdn.example.org/fox.png',
				...parameters,
			},
			rest,
		),
	];
	if (parameters.operation === 'generateAndWait') {
		const get = { provider, resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' };
		nodes.push(newNode('Left', 'n8n-nodes-base.noOp'), newNode('Get', GENERATOR, get, rest));
	}
	return { name: provider, nodes, connections: inTurn(nodes) };
}
