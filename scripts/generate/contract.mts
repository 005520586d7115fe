import type {
	IDisplayOptions,
	INodeCredentialDescription,
	INodeProperties,
	INodePropertyCollection,
	INodeType,
	INodeTypeDescription,
	NodePropertyTypes,
} from 'n8n-workflow';

import manifest from '../../package.json' with { type: 'json' };
import { formatted } from '../formatted.mts';
import { credentialTypes, nodeTypes } from '../sources.mts';
import { typeShape } from '../typeShape.mts';

/*
 * What saved workflows, and the expressions in them, depend on. Labels and descriptions may change,
 * so they are left out; everything is sorted, so that the order of definition does not matter.
 */
export const files = async () => ({
	'contract.json': await formatted({
		package: manifest.name,
		credentials: mapValues(credentialTypes, (Type) => fieldsByPath(new Type().properties)),
		nodes: mapValues(nodeTypes, (Type) => nodeContract(new Type())),
		item: typeShape('nodes/shared/job/job.ts', 'VideoJob'),
	}),
});

function nodeContract(type: INodeType): object {
	const description = type.description as INodeTypeDescription;
	return {
		versions: [description.version].flat(),
		inputs: description.inputs,
		outputs: description.outputs,
		credentials: sorted((description.credentials ?? []).map(credentialContract)),
		webhooks: sorted(
			(description.webhooks ?? []).map(({ httpMethod, path }) => `${httpMethod} ${path}`),
		),
		parameters: fieldsByPath(description.properties),
	};
}

/** The order of these keys is a part of it: n8n takes the first one for the dropdown to follow. */
const credentialContract = ({ name, required, displayOptions }: INodeCredentialDescription) => ({
	name,
	required,
	show: displayOptions?.show && mapValues(displayOptions.show, (values) => sorted(values ?? [])),
});

/** `options.timeout` stands in the collection `options`. A name may have several fields. */
function fieldsByPath(fields: INodeProperties[]): Record<string, object[]> {
	const found = new Map<string, object[]>();
	const visit = (properties: INodeProperties[], path: string) => {
		for (const field of properties) {
			// A notice holds no value.
			if (field.type === 'notice') continue;
			const name = path + field.name;
			found.set(name, [...(found.get(name) ?? []), fieldContract(field)]);
			if (field.type === 'collection') visit(field.options as INodeProperties[], `${name}.`);
			if (field.type !== 'fixedCollection') continue;
			for (const group of field.options as INodePropertyCollection[])
				visit(group.values, `${name}.${group.name}.`);
		}
	};
	visit(fields, '');
	return Object.fromEntries(sorted([...found]).map(([name, variants]) => [name, sorted(variants)]));
}

const collections: NodePropertyTypes[] = ['collection', 'fixedCollection'];

const fieldContract = ({ type, default: value, required, ...field }: INodeProperties) => ({
	type,
	default: value,
	...(required && { required }),
	...(!collections.includes(type) &&
		field.options && { values: sorted(field.options.map(valueOf)) }),
	...conditions(field.displayOptions),
});

type Option = NonNullable<INodeProperties['options']>[number];

function valueOf(option: Option): unknown {
	if ('value' in option) return option.value;
	throw new Error(`"${option.name}" has no value; teach the generator of the contract its kind`);
}

const conditions = ({ show, hide }: IDisplayOptions = {}) => ({
	...(show && { show: canonical(show) }),
	...(hide && { hide: canonical(hide) }),
});

const canonical = (rules: NonNullable<IDisplayOptions['show']>) =>
	Object.fromEntries(
		sorted(Object.entries(rules)).map(([name, values]) => [name, sorted(values ?? [])]),
	);

const mapValues = <From, To>(record: Record<string, From>, to: (value: From) => To) =>
	Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));

/** By what stands in the file, whatever the values are. */
const sorted = <Value,>(values: readonly Value[]): Value[] =>
	[...values].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
