import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import { nodeTypes } from '../../scripts/sources.mts';
import { actionNodes, parametersOf } from '../nodes/parameters.mts';
import type { ActionNode } from '../nodes/parameters.mts';
import { eventually } from './eventually.mts';
import { expectedForm, trigger, unified } from './expected.mts';
import { editor, session } from './session.mts';
import { fullType } from './workflows.mts';

const descriptions = Object.values(nodeTypes).map((Type) => new Type().description);

/** The editor shows a node and its trigger as one entry, with the actions of both behind it. */
const entryOf = (displayName: string) => displayName.replace(/ Trigger$/, '');
const every = [...new Set(descriptions.map(({ displayName }) => entryOf(displayName)))];

/** Entries of the nodes that ask for this credential. */
const servedBy = (credential: string) =>
	every.filter((entry) =>
		descriptions.some(
			({ displayName, credentials = [] }) =>
				entryOf(displayName) === entry && credentials.some(({ name }) => name === credential),
		),
	);

const found: Array<[string, string[]]> = [
	...['veo', 'Veo 3.1', 'video', 'reference'].map((word): [string, string[]] => [word, every]),
	...['image to video', 'text to video'].map((word): [string, string[]] => [word, every]),
	...['generate video', 'reference image', 'google veo', 'simulator'].map(
		(word): [string, string[]] => [word, [unified.description.displayName]],
	),
	...providers.flatMap(({ id, displayName, credential }) =>
		[id, displayName].map((word): [string, string[]] => [word, servedBy(credential)]),
	),
];

/** Searches for each word in the open list. */
async function expectEachFound(): Promise<void> {
	const { creator } = editor();
	for (const [word, entries] of found) {
		await creator.search(word);
		await eventually(async () => {
			const names = await creator.names();
			expect({ word, missing: entries.filter((entry) => !names.includes(entry)) }).toEqual({
				word,
				missing: [],
			});
		});
		expect({ word, widths: await creator.iconWidths(every) }).not.toEqual({
			word,
			widths: expect.arrayContaining([0]),
		});
	}
	await creator.search('veo');
	await eventually(async () =>
		expect((await creator.names())[0]).toBe(unified.description.displayName),
	);
}

const optionsOf = (fields: INodeProperties[], name: string) =>
	fields
		.filter((field) => field.name === name)
		.flatMap((field) => field.options as INodePropertyOptions[]);

/** What the editor calls each operation before the node is added. */
const actionsOf = (fields: INodeProperties[]) => [
	...new Set(optionsOf(fields, 'operation').map(({ action }) => action ?? '')),
];

/** What a new node starts with, and the name of that in the editor's list. */
function defaultsOf(node: ActionNode) {
	const parameters = parametersOf(node, {}, true);
	const { operation } = parameters;
	const options = optionsOf(node.description.properties, 'operation');
	return { parameters, action: options.find(({ value }) => value === operation)?.action ?? '' };
}

describe('the search', () => {
	beforeAll(async () => await editor().openNewWorkflow());
	beforeEach(async () => await editor().panel.closeIfOpen());

	it('finds every node on an empty canvas', async () => {
		await editor().creator.open();
		await expectEachFound();
	});

	it('adds the trigger', async () => {
		const { creator, panel } = editor();
		await creator.search('veo');
		await creator.choose(entryOf(trigger.description.displayName));
		const events = optionsOf(trigger.description.properties, 'events').map(
			({ name }) => `On ${name.toLowerCase()}`,
		);
		await eventually(async () => expect(await creator.names()).toEqual(events));
		await creator.choose(events[0]);
		await panel.waitFor();
		await eventually(async () => expect(await editor().types()).toEqual([fullType(trigger.name)]));
	});

	it('finds every node beside a trigger', async () => {
		await editor().creator.open();
		await expectEachFound();
		await editor().creator.close();
	});

	it.each(actionNodes.map((node) => [node.description.displayName, node] as const))(
		'adds %s by an action, with its credential and its fields',
		async (displayName, node) => {
			const { creator, panel } = editor();
			const { parameters, action } = defaultsOf(node);
			const before = await editor().types();
			await creator.open();
			await creator.search(displayName);
			await creator.choose(displayName);
			const actions = actionsOf(node.description.properties);
			await eventually(async () =>
				expect(await creator.names()).toEqual(expect.arrayContaining(actions)),
			);
			await creator.choose(action);
			await panel.waitFor();
			await eventually(async () =>
				expect(await editor().types()).toEqual([...before, fullType(node.name)]),
			);
			const [{ credential }] = node.providers;
			const { name } = session().credentials[credential];
			await eventually(async () => expect(await panel.credential()).toBe(name));
			const form = expectedForm(node, parameters, credential);
			await eventually(async () => expect(await panel.form()).toEqual(form));
		},
	);
});
