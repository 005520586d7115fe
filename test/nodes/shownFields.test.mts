import type { INodeParameters, INodeProperties } from 'n8n-workflow';

import { controlNames } from '../../nodes/shared/input/controls';
import type { ControlName, ModelSpec } from '../../nodes/shared/types';
import {
	actionNodes,
	actionNodeTable,
	choicesOf,
	modelTable,
	parametersOf,
	shownField,
	shownFields,
	shownOptions,
} from './parameters.mts';

/** Fields that offer a choice of the model. */
const choiceFields: Record<string, (model: ModelSpec) => readonly (string | number)[]> = {
	aspectRatio: (model) => model.aspectRatios,
	resolution: (model) => model.resolutions,
	duration: (model) => model.durations,
	mode: (model) => model.modes ?? [],
};

const priced = ['generate', 'generateAndWait', 'estimateCost'];
const submitting = ['generate', 'generateAndWait'];

describe.each(modelTable)('%s, %s, %s', (_, provider, model, node, __, spec) => {
	const chosen = { provider, model };

	it.each(priced)('%s offers exactly the choices of the model', (operation) => {
		for (const [name, choicesOfModel] of Object.entries(choiceFields)) {
			const expected = choicesOfModel(spec);
			const field = shownField(node, { ...chosen, operation }, name);
			// One choice is no choice: the field is not there.
			expect([name, choicesOf(field)]).toEqual([name, expected.length > 1 ? [...expected] : []]);
		}
	});

	it.each(submitting)('%s offers exactly the controls that the model takes', (operation) => {
		const options = shownOptions(node, { ...chosen, operation });
		const controls = options.filter((name) => controlNames.includes(name as ControlName));
		expect(controls.sort()).toEqual([...spec.controls].sort());
	});

	it.each(priced)('%s shows Generate Audio where the model leaves the choice', (operation) => {
		const field = shownField(node, { ...chosen, operation }, 'generateAudio');
		expect(field === undefined).toBe(spec.isAudioFixed === true);
	});

	it.each(submitting)(
		'%s explains the tags of images where the prompt may have some',
		(operation) => {
			const notice = shownField(node, { ...chosen, operation }, 'imageTagNotice');
			expect(notice?.displayName.includes('&lt;IMAGE_REF_0&gt;')).toBe(spec.hasImageTags);
		},
	);

	it('what another model could do is not saved', () => {
		const every = { aspectRatio: 'auto', resolution: '4k', duration: 4, mode: 'quality' };
		const saved = parametersOf(node, { ...chosen, ...every }, false);
		const kept = Object.keys(every).filter((name) => name in saved);
		const offered = Object.keys(every).filter((name) => choiceFields[name](spec).length > 1);
		expect(kept).toEqual(offered);
	});
});

describe.each(actionNodeTable)('%s', (_, node) => {
	const namesFor = (parameters: Parameters<typeof shownFields>[1]) =>
		shownFields(node, parameters).map(({ name }) => name);
	const request = ['prompt', 'imageSource', 'imageUrls'];
	const format = ['model', 'generateAudio'];
	const videoFile = ['videoUrl', 'binaryField'];

	it.each([
		['video', 'generate', [...request, ...format], [...videoFile, 'jobId']],
		['video', 'generateAndWait', [...request, ...format], [...videoFile, 'jobId']],
		['video', 'estimateCost', format, [...request, ...videoFile, 'jobId', 'simplify']],
		['video', 'download', ['jobId', ...videoFile], [...request, ...format, 'resolution', 'mode']],
		['job', 'get', ['jobId'], [...request, ...format, ...videoFile, 'resolution', 'duration']],
	])('%s %s shows what it reads and nothing else', (resource, operation, shown, hidden) => {
		const names = namesFor({ resource, operation });
		expect(names).toEqual(expect.arrayContaining(shown));
		expect(names.filter((name) => hidden.includes(name))).toEqual([]);
	});

	it.each([
		['url', ['imageUrls']],
		['binary', ['imageBinaryFields']],
		// What an expression will say is not known, and one item may have this and the next one that.
		['={{ $json.source }}', ['imageBinaryFields', 'imageUrls']],
	])('images from %s have their own field', (imageSource, expected) => {
		for (const operation of submitting) {
			const names = namesFor({ operation, imageSource });
			const fields = names.filter((name) => ['imageUrls', 'imageBinaryFields'].includes(name));
			expect(fields.sort()).toEqual(expected);
		}
	});

	it('no field is shown twice, whatever is chosen', () => {
		for (const { id, models } of node.choices) {
			for (const operation of [...priced, 'download', 'get', 'cancel']) {
				const resource = ['get', 'cancel'].includes(operation) ? 'job' : 'video';
				for (const { id: model } of models) {
					const names = namesFor({ provider: id, resource, operation, model });
					expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
				}
			}
		}
	});

	it('every field is shown for some choice', () => {
		const shown = new Set<INodeProperties>();
		const look = (typeVersion: number, parameters: INodeParameters) => {
			for (const field of shownFields({ ...node, typeVersion }, parameters)) shown.add(field);
		};
		for (const { id: provider, models } of node.choices) {
			for (const { id: model, resolutions, modes = ['fast'] } of models) {
				for (const operation of [...priced, 'download', 'get']) {
					const resource = operation === 'get' ? 'job' : 'video';
					const chosen = { provider, resource, operation, model };
					for (const resolution of resolutions) look(1.1, { ...chosen, resolution });
					for (const mode of modes) look(1.1, { ...chosen, mode, resolution: '4k' });
					for (const mode of modes) look(1.1, { ...chosen, mode });
					look(1, { ...chosen, imageSource: 'binary' });
				}
			}
		}
		for (const { id: provider } of node.choices) look(1.1, { provider, resource: 'account' });
		const never = node.description.properties.filter((field) => !shown.has(field));
		expect(never.map(({ name }) => name)).toEqual([]);
	});

	it.each(node.providers.map((provider) => [provider.id] as const))(
		'an expression as model shows all that a model of %s may take',
		(provider) => {
			const model = '={{ $json.model }}';
			const names = namesFor({ provider, model, operation: 'generate' });
			for (const [name, choicesOfModel] of Object.entries(choiceFields)) {
				const isOffered = node.providers
					.filter(({ id }) => id === provider)
					.some(({ models }) => models.some((spec) => choicesOfModel(spec).length > 1));
				if (isOffered) expect(names).toContain(name);
			}
			const controls = node.providers
				.filter(({ id }) => id === provider)
				.flatMap(({ models }) => models.flatMap((spec) => spec.controls));
			const options = shownOptions(node, { provider, model, operation: 'generate' });
			expect(options).toEqual(expect.arrayContaining(controls));
		},
	);

	it.each([
		['generate', ['budget', 'concurrency', 'metadata', 'modelId', 'requestOptions']],
		[
			'generateAndWait',
			[
				...['budget', 'concurrency', 'metadata', 'modelId'],
				...['pollInterval', 'requestOptions', 'timeout'],
			],
		],
		['estimateCost', ['concurrency', 'metadata', 'modelId', 'requestOptions']],
		['download', ['concurrency', 'requestOptions']],
	])('%s offers the options that it reads', (operation, expected) => {
		const waiting = ['callbackThisWorkflow', 'callbackUrl', 'waitStrategy'];
		const others: string[] = [...controlNames, ...waiting];
		const options = shownOptions(node, { operation });
		expect(options.filter((name) => !others.includes(name)).sort()).toEqual(expected);
	});

	it('a workflow that was left at its defaults saves none of them', () => {
		const saved = parametersOf(node, parametersOf(node, {}, true), false);
		// n8n's own field in the settings, which it fills in for every declarative node.
		const settings = node.providers.length === 1 ? { requestOptions: {} } : {};
		expect(saved).toEqual({ options: {}, ...settings });
	});
});

it('the unified node keeps nothing of the provider that was chosen before', () => {
	const unified = actionNodes.find(({ providers }) => providers.length > 1);
	// With one provider there is no other.
	if (!unified) return;
	for (const before of unified.choices) {
		for (const { id: provider, models } of unified.choices) {
			if (provider === before.id) continue;
			const saved = parametersOf(
				unified,
				{ provider, model: models[0].id, mode: 'quality' },
				false,
			);
			if (!models[0].modes) expect(saved).not.toHaveProperty('mode');
		}
	}
});
