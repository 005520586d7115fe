import type { INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { choicesOf, shownField } from '../nodes/parameters.mts';
import { eventually } from './eventually.mts';
import { expectedForm, unified } from './expected.mts';
import { takePicture } from './picture.mts';
import { editor, session } from './session.mts';
import { createRow, ownNode, startNode } from './workflows.mts';

const NODE = 'Veo Reference Video';

/** The label that a value of a dropdown has for these parameters. */
function labelOf(parameters: INodeParameters, name: string, value: unknown): string {
	const options = (shownField(unified, parameters, name)?.options ?? []) as INodePropertyOptions[];
	const label = options.find((option) => option.value === value)?.name;
	if (label === undefined) throw new Error(`${name} has no option ${String(value)}.`);
	return label;
}

/** Takes a value as a user does, and sees that the list offers exactly what it should. */
async function choose(parameters: INodeParameters, name: string, value: unknown): Promise<void> {
	const { panel } = editor();
	const options = shownField(unified, parameters, name)?.options as INodePropertyOptions[];
	const label = labelOf(parameters, name, value);
	const offered = await panel.choose(name, label);
	// n8n adds this one by itself, to every node that has a resource and a credential.
	const own = offered.filter((entry) => entry !== 'Custom API Call');
	expect({ parameters, name, own }).toEqual({
		parameters,
		name,
		own: options.map((option) => option.name),
	});
	await eventually(async () => expect(await panel.chosen(name)).toBe(label));
}

async function expectForm(parameters: INodeParameters, credential: string): Promise<void> {
	const form = expectedForm(unified, parameters, credential);
	await eventually(async () =>
		expect({ parameters, form: await editor().panel.form() }).toEqual({ parameters, form }),
	);
}

describe('the form of the unified node', () => {
	beforeAll(async () => {
		const node = ownNode(NODE, unified.description, {}, { credentials: session().credentials });
		await editor().openWorkflow(await createRow('form', startNode, node));
		await editor().openNode(NODE);
	});

	it.each(unified.providers.map((provider) => [provider.displayName, provider] as const))(
		'shows for %s what each model and operation takes',
		async (_, { id: provider, credential, models }) => {
			await choose({}, 'provider', provider);
			for (const resource of choicesOf(shownField(unified, { provider }, 'resource'))) {
				await choose({ provider }, 'resource', resource);
				const kind = { provider, resource };
				for (const operation of choicesOf(shownField(unified, kind, 'operation'))) {
					await choose(kind, 'operation', operation);
					const asked = { ...kind, operation };
					if (!shownField(unified, asked, 'model')) {
						await expectForm(asked, credential);
						continue;
					}
					for (const { id: model } of models) {
						await choose(asked, 'model', model);
						await expectForm({ ...asked, model }, credential);
					}
				}
			}
		},
	);

	it('shows the fields of the chosen image source', async () => {
		const [{ id: provider, credential, models }] = unified.providers;
		const asked = { provider, resource: 'video', operation: 'generateAndWait' };
		for (const [name, value] of Object.entries(asked)) await choose(asked, name, value);
		await choose(asked, 'model', models[0].id);
		for (const imageSource of choicesOf(shownField(unified, asked, 'imageSource')).reverse()) {
			await choose(asked, 'imageSource', imageSource);
			await expectForm({ ...asked, imageSource }, credential);
		}
	});

	it('shows what the chosen resolution costs', async () => {
		const { panel } = editor();
		const [{ id: provider, models }] = unified.providers;
		const asked = { provider, resource: 'video', operation: 'generateAndWait' };
		for (const [name, value] of Object.entries(asked)) await choose(asked, name, value);
		await choose(asked, 'model', models[0].id);
		const price = async () =>
			(await panel.form()).notices.find((notice) => notice.includes('list price'));
		await choose(asked, 'resolution', '720p');
		await eventually(async () => expect(await price()).toMatch(/\$\d/));
		const before = await price();
		await choose(asked, 'resolution', '4k');
		await eventually(async () => expect(await price()).not.toBe(before));
		const of = [panel.field('aspectRatio'), panel.notice('list price')];
		await takePicture('price-notice', { height: 1400, of });
	});
});
