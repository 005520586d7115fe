import type { INodeProperties } from 'n8n-workflow';

import type { ModelSpec, Providers } from '../types';
import { describeModel, lifecycleNotices } from './lifecycle';
import { asOptions } from './optionNames';
import { priceNotices } from './price';

const submitting = ['generate', 'generateAndWait'];
const priced = [...submitting, 'estimateCost'];

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** Recover takes the fields of the request that it looks for. */
function showFor(
	providers: Providers,
	operations: string[],
): Record<'resource' | 'operation', string[]> {
	const canRecover = providers.some(({ recover }) => recover);
	return {
		resource: canRecover ? ['job', 'video'] : ['video'],
		operation: canRecover ? [...operations, 'recover'] : operations,
	};
}

/** The models that offer the same choice share one field, shown for them alone. */
function choiceFields(
	providers: Providers,
	choicesOf: (model: ModelSpec) => readonly (string | number)[],
	field: Omit<INodeProperties, 'type' | 'displayOptions'>,
): INodeProperties[] {
	const modelsByChoice = new Map<
		string,
		{ choices: readonly (string | number)[]; ids: string[] }
	>();
	for (const model of providers.flatMap((provider) => provider.models)) {
		const choices = choicesOf(model);
		// One choice is no choice; the request carries it all the same.
		if (choices.length < 2) continue;
		const entry = modelsByChoice.get(choices.join()) ?? { choices, ids: [] };
		entry.ids.push(model.id);
		modelsByChoice.set(choices.join(), entry);
	}
	return [...modelsByChoice.values()].map(({ choices, ids }) => ({
		...field,
		type: 'options',
		displayOptions: { show: { ...showFor(providers, priced), model: ids } },
		options: asOptions(choices),
	}));
}

function modelFields(providers: Providers): INodeProperties[] {
	return providers.map((provider) => {
		const defaultModel = provider.models[0].id;
		const show: Show = showFor([provider], priced);
		return {
			displayName: 'Model',
			name: 'model',
			type: 'options',
			displayOptions: { show: providers.length > 1 ? { provider: [provider.id], ...show } : show },
			options: provider.models.map((model) => ({
				name: model.name,
				value: model.id,
				description: describeModel(provider, model),
			})),
			default: defaultModel,
			description: 'Which model makes the video; each has its own limits and prices',
		};
	});
}

type Test = (model: ModelSpec) => true | undefined;

const idsOf = (models: ModelSpec[], test: Test) => models.filter(test).map(({ id }) => id);

function hideFor(models: ModelSpec[], test: Test): INodeProperties['displayOptions'] {
	const ids = idsOf(models, test);
	return ids.length > 0 ? { hide: { model: ids } } : {};
}

/** Not a hint of Prompt: the editor hides those while the prompt is an expression. */
function imageTagNotice(
	models: ModelSpec[],
	displayOptions: INodeProperties['displayOptions'],
): INodeProperties[] {
	const ids = idsOf(models, ({ hasImageTags }) => hasImageTags);
	if (ids.length === 0) return [];
	return [
		{
			// The editor takes it for HTML.
			displayName:
				'In the prompt, &lt;IMAGE_REF_0&gt; stands for the first reference image, &lt;IMAGE_REF_1&gt; for the second, and so on.',
			name: 'imageTagNotice',
			type: 'notice',
			default: '',
			displayOptions: { show: { ...displayOptions?.show, model: ids } },
		},
	];
}

/** Everything a request is made of, each field shown for the models that take it. */
export function videoFields(providers: Providers): INodeProperties[] {
	const show = (operation: string[], imageSource?: string): INodeProperties['displayOptions'] => ({
		show: {
			...showFor(providers, operation),
			...(imageSource && { imageSource: [imageSource] }),
		},
	});
	const models = providers.flatMap((provider) => provider.models);
	return [
		...modelFields(providers),
		...lifecycleNotices(providers, { resource: ['video'], operation: priced }),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			displayOptions: show(submitting),
			default: '',
			required: true,
			placeholder: 'e.g. A ceramic fox turns its head and blinks, soft morning light',
			description:
				'What happens in the video: subject, action, camera, light and sound, in plain words',
		},
		...imageTagNotice(models, show(submitting)),
		{
			displayName: 'Image Source',
			name: 'imageSource',
			type: 'options',
			displayOptions: show(submitting),
			options: [
				{
					name: 'Image URL(s)',
					value: 'url',
					description: 'Public URLs that the provider opens',
				},
				{
					name: 'Binary File(s)',
					value: 'binary',
					description: 'Files of the input item, uploaded to the provider',
				},
			],
			default: 'url',
			description: 'Where the reference images come from',
		},
		{
			displayName: 'Input Data Field Name(s)',
			name: 'imageBinaryFields',
			type: 'string',
			displayOptions: show(submitting, 'binary'),
			default: 'data',
			required: true,
			placeholder: 'e.g. data,data1',
			hint: 'The names of the input fields that hold the binary files, separated by commas',
			description:
				'Each field holds one reference image (PNG, JPEG or WebP); the model says how many it takes',
		},
		{
			displayName: 'Image URL(s)',
			name: 'imageUrls',
			type: 'string',
			displayOptions: show(submitting, 'url'),
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/fox.png',
			description:
				'Public URLs of the reference images (PNG, JPEG or WebP), separated by spaces, commas or new lines, or an expression that returns an array; the model says how many it takes',
		},
		...choiceFields(providers, (model) => model.modes ?? [], {
			displayName: 'Mode',
			name: 'mode',
			default: 'fast',
			description: 'Fast takes less time and money; Quality makes better videos',
		}),
		...choiceFields(providers, (model) => model.aspectRatios, {
			displayName: 'Aspect Ratio',
			name: 'aspectRatio',
			default: '16:9',
			description: 'Shape of the video: width to height',
		}),
		...choiceFields(providers, (model) => model.resolutions, {
			displayName: 'Resolution',
			name: 'resolution',
			default: '720p',
			description: 'Size of the picture; a higher resolution can cost more',
		}),
		...choiceFields(providers, (model) => model.durations, {
			displayName: 'Duration (Seconds)',
			name: 'duration',
			default: 8,
			description: 'Length of the video; a longer one can cost more',
		}),
		{
			displayName: 'Generate Audio',
			name: 'generateAudio',
			type: 'boolean',
			displayOptions: { ...show(priced), ...hideFor(models, ({ isAudioFixed }) => isAudioFixed) },
			default: false,
			description: 'Whether the video has audio, which can double the price',
		},
		...priceNotices(providers, { resource: ['video'], operation: priced }),
	];
}

const showForDownload: INodeProperties['displayOptions'] = {
	show: { resource: ['video'], operation: ['download'] },
};

const jobIdField: INodeProperties = {
	displayName: 'Job ID',
	name: 'jobId',
	type: 'string',
	default: '={{ $json.jobId }}',
	placeholder: 'e.g. 3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be',
};

export const jobFields = (providers: Providers): INodeProperties[] => [
	{
		...jobIdField,
		displayOptions: {
			show: { resource: ['job'] },
			...(providers.some(({ recover }) => recover) && { hide: { operation: ['recover'] } }),
		},
		required: true,
		description: 'The jobId of an item that one of the Generate operations returned',
	},
	{
		...jobIdField,
		displayOptions: showForDownload,
		description:
			'The jobId of a finished job; the provider is asked for a fresh link. Leave it empty to download from Video URL.',
	},
	{
		displayName: 'Video URL',
		name: 'videoUrl',
		type: 'string',
		displayOptions: showForDownload,
		default: '={{ $json.videoUrl }}',
		placeholder: 'e.g. https://media.example.com/fox.mp4',
		description: 'Used when Job ID is empty, or when the provider has forgotten the job',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryField',
		type: 'string',
		displayOptions: showForDownload,
		default: 'data',
		required: true,
		hint: 'The name of the output binary field to put the file in',
	},
];

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	displayOptions: {
		hide: { operation: ['estimateCost'] },
	},
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};
