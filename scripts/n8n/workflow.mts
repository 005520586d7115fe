import type { IConnections, INode, INodeConnections, INodeParameters } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import type { Session } from './session.mts';

const OURS = 'n8n-nodes-veo-reference-video.';
export const GENERATOR = `${OURS}veoReferenceVideo`;
export const TRIGGER = `${OURS}veoReferenceVideoTrigger`;

/** Others than the Code node are in their first version, unless a test says otherwise. */
const versionOf = (type: string) => (type.startsWith(OURS) ? 1.1 : type.endsWith('.code') ? 2 : 1);

/** A node as the editor adds it. */
export const newNode = (
	name: string,
	type: string,
	parameters: INodeParameters = {},
	rest: Partial<INode> = {},
): INode => ({
	id: name,
	name,
	type,
	typeVersion: versionOf(type),
	position: [0, 0],
	parameters,
	...rest,
});

/** From the only output to each of these nodes. */
export const to = (...names: string[]): INodeConnections => ({
	main: [names.map((node) => ({ node, type: 'main', index: 0 }))],
});

/** Each node to the next. */
export const inTurn = (nodes: INode[]): IConnections =>
	Object.fromEntries(nodes.slice(1).map(({ name }, index) => [nodes[index].name, to(name)]));

type Credentials = Pick<Session, 'credentials'>;

/** The session's credential for a provider, as a node names it; the simulator needs none. */
export function credentialFor({ credentials }: Credentials, provider: string): Partial<INode> {
	const type = sandboxCredentialTypes[provider];
	return type === undefined ? {} : { credentials: { [type]: credentials[type] } };
}

/** A trigger that this provider calls. */
export const triggerNode = (
	session: Credentials,
	provider: string,
	parameters: INodeParameters = {},
): INode => ({
	id: `trigger-${provider}`,
	name: `Video from ${provider}`,
	type: TRIGGER,
	typeVersion: 1.1,
	position: [0, 0],
	webhookId: crypto.randomUUID(),
	parameters: { provider, ...parameters },
	...credentialFor(session, provider),
});
