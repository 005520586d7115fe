import { NodeHelpers } from 'n8n-workflow';
import type {
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { providers, providersAndSimulator } from '../../nodes/shared/registry';
import type { SellingProvider, VideoProvider } from '../../nodes/shared/types';
import { newestVersion, nodeTypes } from '../../scripts/sources.mts';

export interface ActionNode {
	name: string;
	type: INodeType;
	description: INodeTypeDescription;
	/** As which it is saved; the newest, unless a test asks for another one. */
	typeVersion: number;
	/** Those it serves: all of them, or the one whose credential it asks for. */
	providers: readonly SellingProvider[];
	/** What can be chosen in it: the simulator, too, where there is a choice. */
	choices: readonly VideoProvider[];
}

/** Every node that has operations; a trigger has none. */
export const actionNodes: ActionNode[] = Object.entries(nodeTypes)
	.map(([name, Type]) => ({ name, type: new Type() }))
	.filter(({ type }) => type.description.properties.some((field) => field.name === 'operation'))
	.map(({ name, type }) => {
		const description = type.description as INodeTypeDescription;
		const credentials = description.credentials?.map((credential) => credential.name) ?? [];
		const served = providers.filter(({ credential }) => credentials.includes(credential));
		const typeVersion = newestVersion(description);
		const choices = served.length > 1 ? providersAndSimulator : served;
		return { name, type, description, typeVersion, providers: served, choices };
	});

export const actionNodeTable = actionNodes.map((node) => [node.name, node] as const);

/** Every action node with each provider, and each model of it. */
export const modelTable = actionNodes.flatMap((node) =>
	node.providers.flatMap((provider) =>
		provider.models.map(
			(model) => [node.name, provider.id, model.id, node, provider, model] as const,
		),
	),
);

const asNode = ({ name, typeVersion }: ActionNode): INode => ({
	id: name,
	name,
	type: name,
	typeVersion,
	position: [0, 0],
	parameters: {},
});

/** What n8n saves of these parameters (`defaults: false`), or fills them up to (`true`). */
export function parametersOf(
	node: ActionNode,
	parameters: INodeParameters,
	defaults: boolean,
): INodeParameters {
	return NodeHelpers.getNodeParameters(
		node.description.properties,
		parameters,
		defaults,
		false,
		asNode(node),
		node.description,
	) as INodeParameters;
}

/** The fields that the editor shows for these parameters. */
export function shownFields(node: ActionNode, parameters: INodeParameters): INodeProperties[] {
	const values = parametersOf(node, parameters, true);
	return node.description.properties.filter((field) =>
		NodeHelpers.displayParameter(values, field, asNode(node), node.description),
	);
}

export const shownField = (node: ActionNode, parameters: INodeParameters, name: string) => {
	const fields = shownFields(node, parameters).filter((field) => field.name === name);
	if (fields.length > 1) throw new Error(`${name} is shown ${fields.length} times`);
	const [field] = fields;
	if (field?.type !== 'options') return field;
	const values = parametersOf(node, parameters, true);
	const options = (field.options as INodePropertyOptions[]).filter((option) =>
		NodeHelpers.displayParameter(values, option, asNode(node), node.description),
	);
	return { ...field, options };
};

/** The entries of the Options collection that can be added for these parameters. */
export function shownOptions(node: ActionNode, parameters: INodeParameters): string[] {
	const values = parametersOf(node, parameters, true);
	return entriesOf(shownField(node, parameters, 'options'))
		.filter((entry) =>
			NodeHelpers.displayParameter({}, entry, asNode(node), node.description, values),
		)
		.map(({ name }) => name);
}

/** Fields inside a collection. */
export const entriesOf = (field?: INodeProperties) =>
	field?.type === 'collection' ? (field.options as INodeProperties[]) : [];

/** Values of a dropdown. */
export const choicesOf = (field?: INodeProperties) =>
	((field?.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);

/** All fields of a node with their path; `options.timeout` stands in the collection `options`. */
export function allFields(fields: INodeProperties[], path = ''): Array<[string, INodeProperties]> {
	return fields.flatMap((field) => [
		[path + field.name, field] as [string, INodeProperties],
		...allFields(entriesOf(field), `${path}${field.name}.`),
	]);
}
