import type { IConnections, INode, INodeConnections, INodeParameters } from 'n8n-workflow';

export const GENERATOR = 'n8n-nodes-veo-reference-video.veoReferenceVideo';

/** A node as the editor adds it: in version 1, the Code node in 2, unless `rest` says otherwise. */
export const newNode = (
	name: string,
	type: string,
	parameters: INodeParameters = {},
	rest: Partial<INode> = {},
): INode => ({
	id: name,
	name,
	type,
	typeVersion: type.endsWith('.code') ? 2 : 1,
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
