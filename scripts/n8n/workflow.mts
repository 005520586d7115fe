import type { IConnections, INode, INodeConnections, INodeParameters } from 'n8n-workflow';

const OURS = 'n8n-nodes-veo-reference-video.';
export const GENERATOR = `${OURS}veoReferenceVideo`;

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
