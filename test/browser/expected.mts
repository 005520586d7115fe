import type { INodeParameters, INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import { credentialTypes, nodeTypes } from '../../scripts/sources.mts';
import {
	actionNodes,
	entriesOf,
	shownField,
	shownFields,
	shownOptions,
} from '../unit/parameters.mts';
import type { ActionNode } from '../unit/parameters.mts';

/** Those with a parameter `provider` serve all of them. */
export const unified = actionNodes.find(({ providers }) => providers.length > 1) as ActionNode;

export const trigger = Object.values(nodeTypes)
	.map((Type) => new Type().description)
	.filter(({ group }) => group.includes('trigger'))[0];

/** What the editor says above the selector of a credential; without a choice, it does not say which. */
export const credentialLabel = (
	{ credentials = [] }: Pick<INodeTypeDescription, 'credentials'>,
	type: string,
) =>
	credentials.length > 1
		? `Credential for ${new credentialTypes[type]().displayName}`
		: 'Credential';

export type Field = [name: string, label: string];

/** Fields with a label; a notice has none. */
export const labelled = (fields: INodeProperties[]): Field[] =>
	fields
		.filter(({ type }) => type !== 'hidden' && type !== 'notice')
		.map(({ name, displayName }) => [name, displayName]);

/** What n8n's own code says of the node's description: the fields to be seen for these parameters. */
export const expectedFields = (node: ActionNode, parameters: INodeParameters): Field[] =>
	labelled(shownFields(node, parameters));

/** Labels of what can be added to Options. */
export function expectedOptions(node: ActionNode, parameters: INodeParameters): string[] {
	const names = shownOptions(node, parameters);
	return entriesOf(shownField(node, parameters, 'options'))
		.filter(({ name }, index, entries) => {
			const isFirst = entries.findIndex((entry) => entry.name === name) === index;
			return isFirst && names.includes(name);
		})
		.map(({ displayName }) => displayName);
}
