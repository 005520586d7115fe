import type { INodeParameters, INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import { providers, providersAndSimulator } from '../../nodes/shared/registry';
import { credentialTypes, newestVersion, nodeTypes } from '../../scripts/sources.mts';
import {
	actionNodes,
	entriesOf,
	shownField,
	shownFields,
	shownOptions,
} from '../nodes/parameters.mts';
import type { ActionNode } from '../nodes/parameters.mts';
import type { Form } from './nodePanel.mts';

/** The node that serves all providers. */
export const unified = actionNodes.find(({ providers: served }) => served.length > 1) as ActionNode;

/** The trigger, described as the nodes that have operations are. */
export const trigger: ActionNode = Object.entries(nodeTypes)
	.map(([name, Type]) => ({ name, type: new Type() }))
	.filter(({ type }) => type.description.group.includes('trigger'))
	.map(({ name, type }) => ({
		name,
		type,
		description: type.description,
		typeVersion: newestVersion(type.description),
		providers: providers.filter((provider) => provider.callback),
		choices: providersAndSimulator.filter((provider) => provider.callback),
	}))[0];

/** What the editor says above the selector of a credential; without a choice, it does not say which. */
const credentialLabel = (
	{ credentials = [] }: Pick<INodeTypeDescription, 'credentials'>,
	type: string,
) =>
	credentials.length > 1
		? `Credential for ${new credentialTypes[type]().displayName}`
		: 'Credential';

/** Notices are HTML. */
const asShown = (html: string) => html.replaceAll('&lt;', '<').replaceAll('&gt;', '>');

export const noticesIn = (fields: INodeProperties[]): string[] =>
	fields.filter(({ type }) => type === 'notice').map(({ displayName }) => asShown(displayName));

/** What n8n's own code makes of the node's description for these parameters. */
export function expectedForm(
	node: ActionNode,
	parameters: INodeParameters,
	credential: string,
): Form {
	const shown = shownFields(node, parameters);
	const entries = shownOptions(node, parameters);
	const options = entriesOf(shownField(node, parameters, 'options'))
		.filter(({ name }) => entries.includes(name))
		.map(({ displayName }) => displayName);
	return {
		fields: shown
			.filter(({ type }) => type !== 'hidden' && type !== 'notice')
			// These stand in the tab Settings.
			.filter(({ isNodeSetting }) => !isNodeSetting)
			.map(({ name, displayName }) => [name, displayName]),
		notices: noticesIn(shown),
		// An entry whose choices depend on the model stands there more than once.
		options: [...new Set(options)],
		credentials: [credentialLabel(node.description, credential)],
	};
}
