import type { INode, INodeParameters, INodeTypeDescription } from 'n8n-workflow';

import type { Workflow } from '../../scripts/n8n/rest.mts';
import { inTurn, newNode } from '../../scripts/n8n/workflow.mts';
import { newestVersion } from '../../scripts/sources.mts';
import { session } from './session.mts';

const PACKAGE = 'n8n-nodes-veo-reference-video';
const WIDTH = 220;

/** The name under which n8n knows a node type of the package. */
export const fullType = (name: string) => `${PACKAGE}.${name}`;

/** A node of the package in its newest version, as the editor adds it. */
export const ownNode = (
	name: string,
	description: Pick<INodeTypeDescription, 'name' | 'version'>,
	parameters: INodeParameters = {},
	rest: Partial<INode> = {},
): INode =>
	newNode(name, fullType(description.name), parameters, {
		typeVersion: newestVersion(description),
		...rest,
	});

export const startNode = newNode('Start', 'n8n-nodes-base.manualTrigger');

/** Creates a workflow of these nodes, each connected to the next and at its right. @returns its id */
export async function createRow(name: string, ...nodes: INode[]): Promise<string> {
	const placed = nodes.map((node, index) => ({
		...node,
		position: [index * WIDTH, 0] as [number, number],
	}));
	const workflow: Workflow = { name, nodes: placed, connections: inTurn(placed) };
	return await session().client.createWorkflow(workflow);
}
