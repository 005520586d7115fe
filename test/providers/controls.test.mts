import { controlNames, controlTable } from '../../nodes/shared/input/controls';
import type { Control } from '../../nodes/shared/input/controls';
import { readRequest } from '../../nodes/shared/input/parameters';
import { modelsThat, providers } from '../../nodes/shared/registry';
import type { ControlName, ModelSpec, VideoProvider } from '../../nodes/shared/types';
import { itemWith } from '../item.mts';
import { fox } from './neutral.mts';

/** Values that differ, among them those that a careless `if` takes for none. */
function valuesOf(name: ControlName): unknown[] {
	const control: Control = controlTable[name];
	switch (control.kind) {
		case 'switch':
			return [false, true];
		case 'choice':
			return control.choices.map(({ value }) => value);
		case 'wholeNumber':
			return [control.min, control.max];
	}
}

/** What a user may have instead of a value: it is refused, whatever the model takes. */
function wrongValuesOf(name: ControlName): unknown[] {
	const control: Control = controlTable[name];
	switch (control.kind) {
		case 'switch':
			return ['maybe', 2];
		case 'choice':
			return ['none of them', control.choices[0].name, false];
		case 'wholeNumber':
			return [control.min - 1, control.max + 1, control.min + 0.5, 'much'];
	}
}

const read = (provider: VideoProvider, model: ModelSpec, options: object) =>
	readRequest(itemWith({ model: model.id, prompt: 'A fox', imageUrls: fox, options }, provider));

const countLeaves = (value: unknown): number =>
	typeof value === 'object' && value !== null
		? Object.values(value).reduce<number>((sum, entry) => sum + countLeaves(entry), 0)
		: 1;

/** The body as it is sent for these options of the node. */
const bodyWith = (provider: VideoProvider, model: ModelSpec, options: object) =>
	JSON.stringify(provider.submit.build(read(provider, model, options)).body);

const models = providers.flatMap((provider) =>
	provider.models.map((model) => ({ provider, model })),
);

const rows = (takes: boolean) =>
	models.flatMap(({ provider, model }) =>
		controlNames
			.filter((name) => model.controls.includes(name) === takes)
			.map((name) => [provider.id, model.id, name, provider, model] as const),
	);

it.each(rows(true))('%s, %s: what %s says reaches the provider', (_, __, name, provider, model) => {
	const without = bodyWith(provider, model, {});
	const bodies = valuesOf(name).map((value) => bodyWith(provider, model, { [name]: value }));
	expect(bodies.length).toBeGreaterThan(1);
	expect(new Set([without, ...bodies]).size).toBe(bodies.length + 1);
	// One field more, and everything else as it was.
	for (const body of bodies)
		expect(countLeaves(JSON.parse(body))).toBe(countLeaves(JSON.parse(without)) + 1);
});

it.each(rows(true))('%s, %s: an empty cell is no %s', (_, __, name, provider, model) => {
	const without = bodyWith(provider, model, {});
	for (const blank of ['', null, undefined])
		expect(bodyWith(provider, model, { [name]: blank })).toBe(without);
});

it.each(rows(true))('%s, %s: %s is checked', (_, __, name, provider, model) => {
	for (const value of wrongValuesOf(name))
		expect(() => read(provider, model, { [name]: value })).toThrow(/^Item 0: .*(option|is)/);
});

it.each(rows(false))('%s, %s: %s is refused, not dropped', (_, __, name, provider, model) => {
	for (const value of valuesOf(name))
		expect(() => read(provider, model, { [name]: value })).toThrow(
			`the option "${controlTable[name].label}"`,
		);
});

it.each(controlNames)('some model takes %s', (name) => {
	expect(modelsThat(({ controls }) => controls.includes(name))).not.toEqual([]);
});

it('text from a spreadsheet is read as what it says', () => {
	const asText = (value: unknown) => (typeof value === 'string' ? value : ` ${String(value)} `);
	for (const name of controlNames) {
		const takesIt = models.find(({ model: one }) => one.controls.includes(name));
		const { provider, model } = takesIt as (typeof models)[number];
		for (const value of valuesOf(name)) {
			const body = bodyWith(provider, model, { [name]: asText(value) });
			expect(body).toBe(bodyWith(provider, model, { [name]: value }));
		}
	}
});
