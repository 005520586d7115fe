import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import manifest from '../../package.json';
import { providers } from '../../nodes/shared/registry';
import { credentialTypes, nodeTypes } from '../../scripts/sources.mts';
import { otherWordsIn } from '../vocabulary.mts';
import { actionNodeTable } from './parameters.mts';

/** With those of collections, and of the groups in fixed ones. */
function fieldsIn(properties: INodeProperties[]): INodeProperties[] {
	return properties.flatMap((field) => {
		const options = field.options ?? [];
		const inner =
			field.type === 'collection'
				? (options as INodeProperties[])
				: field.type === 'fixedCollection'
					? (options as INodePropertyCollection[]).flatMap(({ values }) => values)
					: [];
		return [field, ...fieldsIn(inner)];
	});
}

const nodes = Object.values(nodeTypes).map((Type) => new Type().description);
const ofNodes = nodes.flatMap(({ properties }) => fieldsIn(properties));
const ofCredentials = Object.values(credentialTypes).flatMap((Type) =>
	fieldsIn(new Type().properties),
);
const allFields = [...ofNodes, ...ofCredentials];
/** Text that stands alone, without a value to fill in. */
const isNotice = ({ type }: INodeProperties) => type === 'notice';
const labelled = allFields.filter((field) => !isNotice(field));

/** The keys with several values. */
function ambiguous(pairs: Array<[key: string, value: string]>): string[] {
	const values = new Map<string, Set<string>>();
	for (const [key, value] of pairs) values.set(key, (values.get(key) ?? new Set()).add(value));
	return [...values].filter(([, found]) => found.size > 1).map(([key]) => key);
}

it('no parameter has two labels', () => {
	expect(ambiguous(labelled.map(({ name, displayName }) => [name, displayName]))).toEqual([
		// Of the wait, in minutes, and of one request, in milliseconds.
		'timeout',
	]);
});

it('no label stands for two parameters', () => {
	expect(ambiguous(labelled.map(({ name, displayName }) => [displayName, name]))).toEqual([]);
});

it('no label is explained in two ways', () => {
	const texts = labelled.map(
		({ displayName, description, hint }) =>
			[displayName, JSON.stringify([description, hint])] as [string, string],
	);
	expect(ambiguous(texts)).toEqual([
		// Download takes a link in its place.
		'Job ID',
		// The trigger says who does not call back.
		'Provider',
		// Each provider has its own page for keys.
		'API Key',
	]);
});

/** As in n8n's own nodes: a name that the whole editor uses, or a mere container. */
const conventional = ['resource', 'operation', 'options', 'requestOptions', 'batching'];

it('every field says what it is for', () => {
	const silent = labelled.filter(
		({ type, description, hint }) => type !== 'hidden' && !description && !hint,
	);
	expect([...new Set(silent.map(({ name }) => name))].sort()).toEqual([...conventional].sort());
});

/** Their choices are names and numbers, or the field itself explains them. */
const clear = ['aspectRatio', 'duration', 'mode', 'provider', 'resolution', 'resource'];

it('every choice says what it means', () => {
	const withChoices = allFields.filter(({ type }) => ['options', 'multiOptions'].includes(type));
	const silent = withChoices.filter(({ options = [] }) =>
		(options as INodePropertyOptions[]).some(({ description }) => !description),
	);
	expect([...new Set(silent.map(({ name }) => name))].sort()).toEqual([...clear].sort());
});

/** Every text of a value, however deep; names and values of parameters are frozen. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value)
		.filter(([key]) => !/^(name|value|default|displayOptions|icon|routing|nodeType)$/.test(key))
		.flatMap(([, inner]) => textsIn(inner));
}

const choiceNames = allFields.flatMap(({ options = [] }) =>
	options.flatMap((option) => ('value' in option ? [option.name] : [])),
);
const allTexts = [
	...textsIn(nodes),
	...textsIn(Object.values(credentialTypes).map((Type) => new Type())),
	...choiceNames,
	manifest.description,
];

it('one thing has one word', () => {
	expect(allTexts.length).toBeGreaterThan(500);
	expect(allTexts.flatMap(otherWordsIn)).toEqual([]);
});

it('nothing is said of every provider, because the next one may be different', () => {
	expect(allTexts.filter((text) => /\b(all|every) providers?\b/i.test(text))).toEqual([]);
});

/** `Veo` of `Veo 3.1 Fast`. */
const familyOf = (model: string) => model.replace(/ \d.*$/, '');
const families = [
	...new Set(providers.flatMap(({ models }) => models.map(({ name }) => familyOf(name)))),
];

it.each(actionNodeTable)('%s names the models that it offers, and no other', (_, node) => {
	const offered = node.providers.flatMap(({ models }) => models.map(({ name }) => familyOf(name)));
	const named = families.filter((family) => node.description.description.includes(`${family} `));
	expect(named.sort()).toEqual([...new Set(offered)].sort());
});

it('the package names every model', () => {
	const words = manifest.keywords.join();
	for (const family of families) {
		expect(manifest.description).toContain(family);
		expect(words).toContain(family.toLowerCase());
	}
});
