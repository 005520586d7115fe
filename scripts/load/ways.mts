import type { INode, INodeParameters } from 'n8n-workflow';

import type { Workflow } from '../n8n/rest.mts';
import type { Session } from '../n8n/session.mts';
import { credentialFor, GENERATOR, inTurn, newNode, triggerNode } from '../n8n/workflow.mts';

/** How the results of a provider's jobs come back. */
export interface Way {
	provider: string;
	/** What wakes the execution; a trigger starts one of its own. */
	by: 'watcher' | 'callback' | 'trigger';
}

/** All that there are: each provider, and the simulator, as it is used. */
export const WAYS: Way[] = [
	{ provider: 'aimlapi', by: 'watcher' },
	{ provider: 'aihubmax', by: 'watcher' },
	{ provider: 'shortapi', by: 'watcher' },
	{ provider: 'simulator', by: 'watcher' },
	{ provider: 'evolink', by: 'callback' },
	{ provider: 'fal', by: 'callback' },
	{ provider: 'shortapi', by: 'trigger' },
	{ provider: 'evolink', by: 'trigger' },
	{ provider: 'fal', by: 'trigger' },
	{ provider: 'simulator', by: 'trigger' },
];

/** Also the path of the webhook that submits. */
export const nameOf = ({ provider, by }: Way) => `${provider}-${by}`;

/** A prompt that names its way, and is no other's. */
export const promptOf = (way: Way, words: string) => `${nameOf(way)} ${words}`;

/** The name of the way whose prompt this is. */
export const wayOf = (prompt: string) => prompt.split(' ')[0];

/** The simulator's jobs are known to nobody but n8n. */
export const isSimulated = ({ provider }: Way) => provider === 'simulator';

type Credentials = Pick<Session, 'credentials'>;

/** Called with prompts → Veo → Left → Get, which asks about every job that has left. */
export function sleepingWorkflow(session: Credentials, way: Way, options: object = {}): Workflow {
	const { provider, by } = way;
	const waits = by === 'callback' ? { waitStrategy: 'callback' } : { pollInterval: 2 };
	const get = { provider, resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' };
	const nodes = [
		...submitting(session, way, {
			operation: 'generateAndWait',
			options: { ...METADATA, ...waits, ...options },
		}),
		newNode('Left', 'n8n-nodes-base.noOp'),
		newNode('Get', GENERATOR, get, credentialFor(session, provider)),
	];
	return { name: nameOf(way), nodes, connections: inTurn(nodes) };
}

/** Called with prompts → Veo, whose jobs call this address. */
export function submittingWorkflow(session: Credentials, way: Way, callbackUrl: string): Workflow {
	const options = { ...METADATA, callbackUrl };
	const nodes = submitting(session, way, { operation: 'generate', options });
	return { name: nameOf(way), nodes, connections: inTurn(nodes) };
}

/** The trigger → Left. */
export function triggeredWorkflow(session: Credentials, way: Way): Workflow {
	const nodes = [triggerNode(session, way.provider), newNode('Left', 'n8n-nodes-base.noOp')];
	return { name: `${nameOf(way)}, called`, nodes, connections: inTurn(nodes) };
}

/** By its prompt, a job is known wherever it leaves. */
const METADATA = { metadata: '={{ { "prompt": $json.prompt } }}' };

const submitting = (session: Credentials, way: Way, parameters: INodeParameters): INode[] => [
	newNode(
		'Called',
		'n8n-nodes-base.webhook',
		{ path: nameOf(way), httpMethod: 'POST' },
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
			...{ provider: way.provider, resource: 'video' },
			prompt: '={{ $json.prompt }}',
			imageUrls: 'https://cdn.example.org/fox.png',
			...parameters,
		},
		{ ...credentialFor(session, way.provider), onError: 'continueRegularOutput' },
	),
];
