import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import manifest from '../../package.json';
import { nodeTypes } from '../../scripts/sources.mts';
import { lintFields } from './lintFields.mts';
import { actionNodeTable, allFields, choicesOf, shownField } from './parameters.mts';

const allNodes = Object.entries(nodeTypes).map(
	([name, Type]) => [name, new Type().description] as const,
);

describe.each(allNodes)('%s', (name, { properties, ...description }) => {
	const fields = allFields(properties);

	it('is called what its file is called', () => {
		expect(description.name).toBe(name);
	});

	it("passes n8n's rules for parameters, which the linter cannot read when they are built", () => {
		expect(lintFields(properties)).toEqual([]);
	});

	it.each(fields)('%s has a default that it could be set to', (_, field) => {
		expect(whyNoDefault(field)).toBeUndefined();
	});

	it('gives a parameter one type, whichever of its fields is shown', () => {
		const types = new Map<string, Set<string>>();
		for (const [path, field] of fields) {
			const values = choicesOf(field).map((value) => typeof value);
			const kinds = field.type === 'options' ? values : [];
			const type = [field.type, ...new Set(kinds)].join(' of ');
			types.set(path, (types.get(path) ?? new Set()).add(type));
		}
		const several = [...types].filter(([, found]) => found.size > 1);
		expect(several.map(([path, found]) => `${path}: ${[...found].join(', ')}`)).toEqual([]);
	});

	it('gives a parameter one default, label and description, save what depends on the model', () => {
		const texts = new Map<string, Set<string>>();
		for (const [path, field] of fields) {
			if (['model', 'operation', 'jobId', 'priceNotice', 'lifecycleNotice'].includes(path))
				continue;
			const text = JSON.stringify([field.displayName, field.default, field.description]);
			texts.set(path, (texts.get(path) ?? new Set()).add(text));
		}
		expect([...texts.values()].filter((found) => found.size > 1)).toEqual([]);
	});

	it('names the unit of times and amounts in their labels', () => {
		const measures = /^(Budget|Duration|Poll Interval|Timeout)\b/;
		const labels = fields.map(([, { displayName }]) => displayName);
		const measured = labels.filter((label) => measures.test(label));
		expect(
			measured.filter((label) => !/\((USD|Milliseconds|Minutes|Seconds)\)$/.test(label)),
		).toEqual([]);
	});

	it('takes no expression where other fields depend on it', () => {
		const dependedOn = fields.flatMap(([, { displayOptions = {} }]) =>
			Object.keys({ ...displayOptions.show, ...displayOptions.hide }),
		);
		const names = new Set(dependedOn.map((key) => key.replace(/^\//, '')));
		// These may come from a spreadsheet; then every field that depends on them is shown.
		for (const free of ['model', 'imageSource', 'mode', 'resolution']) names.delete(free);
		for (const [path, field] of fields) {
			if (names.has(path)) expect([path, field.noDataExpression]).toEqual([path, true]);
		}
	});
});

it('the rules are at work', () => {
	const field: INodeProperties = {
		displayName: 'keep sound',
		name: 'keepSound',
		type: 'boolean',
		default: false,
		description: 'Keep the sound.',
	};
	const rulesBroken = lintFields([field]).join();
	for (const rule of ['miscased', 'without-whether', 'final-period']) {
		expect(rulesBroken).toContain(rule);
	}
});

/** The values that a field accepts, told from its own type, options and limits. */
function whyNoDefault(field: INodeProperties): string | undefined {
	const { type, default: value, typeOptions = {} } = field;
	if (typeof value === 'string' && value.startsWith('=')) return undefined;
	const { minValue = -Infinity, maxValue = Infinity } = typeOptions;
	switch (type) {
		case 'options':
			return choicesOf(field).includes(value as string) ? undefined : 'not one of its options';
		case 'multiOptions':
			return (value as string[]).every((entry) => choicesOf(field).includes(entry))
				? undefined
				: 'not among its options';
		case 'number':
			return typeof value === 'number' && value >= minValue && value <= maxValue
				? undefined
				: 'not a number within its limits';
		case 'boolean':
			return typeof value === 'boolean' ? undefined : 'neither true nor false';
		case 'collection':
			return JSON.stringify(value) === '{}' ? undefined : 'not an empty object';
		case 'fixedCollection': {
			const groups = (field.options ?? []).map(({ name }) => name);
			return Object.keys(value as object).every((name) => groups.includes(name))
				? undefined
				: 'not one of its groups';
		}
		case 'string':
		case 'json':
			return typeof value === 'string' ? undefined : 'not a text';
		case 'notice':
			return undefined;
		default:
			return `of type ${type}, which this test does not know`;
	}
}

describe.each(actionNodeTable)('the operations of %s', (_, node) => {
	const { properties } = node.description;
	const resources = choicesOf(properties.find(({ name }) => name === 'resource')) as string[];
	const operations = properties
		.filter(({ name }) => name === 'operation')
		.flatMap((field) => {
			const [resource] = (field.displayOptions?.show?.resource ?? []) as string[];
			return (field.options as INodePropertyOptions[]).map(
				(option) => [`${resource}.${option.value}`, resource, option] as const,
			);
		});

	it.each(operations)('%s has an action, a description and both ways to run', (__, ...entry) => {
		const [resource, option] = entry;
		expect(option.action).toMatch(/^[A-Z][a-z]/);
		expect(option.description).toMatch(/^[A-Z]/);
		expect(option.routing?.send?.paginate).toBe(true);
		expect(option.routing?.operations?.pagination).toEqual(expect.any(Function));
		const runs = node.type.customOperations?.[resource];
		expect(runs?.[String(option.value)]).toEqual(expect.any(Function));
	});

	it('the AI builder is told which operation to choose, what costs money, and what goes with it', () => {
		const hinted = operations.filter(([, , { builderHint }]) => builderHint);
		expect(new Set(hinted.map(([path]) => path))).toEqual(
			new Set(['video.generateAndWait', 'video.generate', 'job.get']),
		);
		const { searchHint, relatedNodes = [] } = node.description.builderHint ?? {};
		expect(searchHint).toMatch(/\bgenerateAndWait\b.*\bbilled\b/);
		const names = relatedNodes.map(({ nodeType }) => nodeType);
		expect(names).toEqual([`${manifest.name}.veoReferenceVideoTrigger`]);
		expect(Object.keys(nodeTypes)).toContain(names[0].split('.')[1]);
	});

	it('say where a click in the editor is billed', () => {
		const saying = operations.filter(([, , { description }]) =>
			description?.includes('so is every click on Execute step'),
		);
		expect(new Set(saying.map(([path]) => path))).toEqual(
			new Set(['video.generateAndWait', 'video.generate']),
		);
	});

	it('start with the one that newcomers look for', () => {
		expect(operations.map(([path]) => path).at(0)).toBe('video.generateAndWait');
	});

	it('no two of them have the same action', () => {
		const actions = new Map(operations.map(([path, , option]) => [path, option.action]));
		expect(new Set(actions.values()).size).toBe(actions.size);
	});

	it('each resource has some', () => {
		const withOperations = new Set(operations.map(([, resource]) => resource));
		expect([...withOperations].sort()).toEqual([...resources].sort());
	});

	it('nothing can be run that is never offered', () => {
		const offered = new Set(operations.map(([path]) => path));
		const optional = new Map([
			['job.cancel', node.providers.some(({ cancel }) => cancel)],
			['job.recover', node.providers.some(({ recover }) => recover)],
			['account.getBalance', node.providers.some(({ balance }) => balance)],
		]);
		const runs = Object.entries(node.type.customOperations ?? {}).flatMap(([resource, byName]) =>
			Object.keys(byName).map((name) => `${resource}.${name}`),
		);
		expect(runs.filter((run) => optional.get(run) ?? true).sort()).toEqual([...offered].sort());
	});

	it.each(node.providers.map((provider) => [provider.id, provider] as const))(
		'%s is offered Cancel and Recover only if it has them',
		(id, provider) => {
			const field = shownField(node, { provider: id, resource: 'job' }, 'operation');
			expect(choicesOf(field)).toEqual([
				...(provider.cancel ? ['cancel'] : []),
				'get',
				...(provider.recover ? ['recover'] : []),
			]);
		},
	);

	it.each(node.choices.map((provider) => [provider.id, provider] as const))(
		'%s is offered an account only if it tells what is left in it',
		(id, { balance }) => {
			const resource = shownField(node, { provider: id }, 'resource');
			expect(choicesOf(resource)).toEqual([...(balance ? ['account'] : []), 'job', 'video']);
			const chosen = { provider: id, resource: 'account' };
			const operation = shownField(node, chosen, 'operation');
			expect(choicesOf(operation)).toEqual(balance ? ['getBalance'] : []);
		},
	);
});
