import type { INodeParameters } from 'n8n-workflow';

import { controlTable } from '../../nodes/shared/input/controls';
import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { fox, jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();

const at = (id: string) => providers.find((provider) => provider.id === id) as VideoProvider;

/** By expression every field is shown, so that any value reaches the node. */
const byExpression = (model: string) => `={{ "${model}" }}`;

interface Refusal {
	name: string;
	provider: string;
	parameters: INodeParameters;
	message: string;
	/** Models that the description names as able to do it. */
	named?: string[];
}

const refusals: Refusal[] = [
	{
		name: 'AI/ML API: 4k',
		provider: 'aimlapi',
		parameters: { resolution: '={{ "4k" }}' },
		message: 'cannot make 4k videos',
		named: ['Veo 3.1 Reference to Video (fal.ai)', 'Veo 3.1 (EvoLink)'],
	},
	...['google/veo-3.1-reference-to-video', 'veo-3.1-generate-preview'].map((model) => ({
		name: `${model}: 9:16`,
		provider: model.startsWith('google') ? 'aimlapi' : 'evolink',
		parameters: { model: byExpression(model), aspectRatio: '9:16' },
		message: 'cannot make 9:16 videos',
		named: ['Veo 3.1 Reference to Video (fal.ai)', 'Veo 3.1 Reference to Video (ShortAPI)'],
	})),
	...(['enhancePrompt', 'personGeneration', 'referenceType'] as const).map((option) => ({
		name: `AIHubMax's fast model: the standard-only ${option}`,
		provider: 'aihubmax',
		parameters: {
			model: byExpression('veo-3.1-fast-reference-to-video'),
			options: { [option]: option === 'enhancePrompt' ? true : 'x' },
		},
		message: `does not take the option "${controlTable[option].label}"`,
		named: ['Veo 3.1 Reference to Video (AIHubMax)'],
	})),
	{
		name: 'AIHubMax: a person generation that does not exist',
		provider: 'aihubmax',
		parameters: { options: { personGeneration: 'allow_all' } },
		message: 'The option "Person Generation" is "allow_all"',
	},
	{
		name: 'AIHubMax: a safety tolerance between two numbers',
		provider: 'aihubmax',
		parameters: { options: { safetyTolerance: 2.5 } },
		message: 'Safety Tolerance is 2.5',
	},
	{
		name: 'EvoLink: a prompt of more than 2,000 characters',
		provider: 'evolink',
		parameters: { prompt: 'x'.repeat(2001) },
		message: 'The prompt has 2001 characters',
		named: ['Veo 3.1 Reference to Video (fal.ai)'],
	},
	{
		name: 'EvoLink: a prompt of more than 2,000 characters that take two places each',
		provider: 'evolink',
		parameters: { prompt: `${'🦊'.repeat(2000)}x` },
		message: 'The prompt has 2001 characters',
	},
	{
		name: 'EvoLink: a prompt of 16 million characters',
		provider: 'evolink',
		parameters: { prompt: '={{ "x".repeat(2 ** 24) }}' },
		message: 'The prompt has 16777216 characters',
	},
	{
		name: 'ShortAPI image to video: two images',
		provider: 'shortapi',
		parameters: { model: 'google/veo-3.1/image-to-video', imageUrls: `${fox} ${fox}2` },
		message: '2 reference images are too many',
		named: ['Veo 3.1 Reference to Video (ShortAPI)'],
	},
	{
		name: 'ShortAPI image to video: 5 seconds',
		provider: 'shortapi',
		parameters: { model: 'google/veo-3.1/image-to-video', duration: '={{ 5 }}' },
		message: 'cannot make videos of 5 seconds',
	},
	{
		name: 'ShortAPI image to video: an unknown mode',
		provider: 'shortapi',
		parameters: { model: 'google/veo-3.1/image-to-video', mode: '={{ "turbo" }}' },
		message: 'cannot make videos in mode "turbo"',
	},
	{
		name: 'the model of another provider, left over from a switch of the provider',
		provider: 'fal',
		parameters: { model: 'veo-3.1-generate-preview' },
		message: '"veo-3.1-generate-preview" is not a model of fal.ai',
	},
	{
		name: 'a budget for a model whose price nobody publishes',
		provider: 'aihubmax',
		parameters: { options: { budget: 100 } },
		message: 'The price of veo-3.1-reference-to-video is not known',
	},
];

describe('refused before anything is submitted', () => {
	it.each(refusals)('$name', async ({ provider, parameters, message, named = [] }) => {
		const result = await runUnified(sandbox(), at(provider), {
			operation: 'generate',
			...request,
			...parameters,
		});
		expect(result.error?.name).toBe('NodeOperationError');
		expect(result.error?.message).toContain(message);
		for (const model of named) expect(result.error?.description).toContain(model);
		expect(sandbox().count({ call: 'submit' })).toBe(0);
	});
});

describe('a provider is switched in the editor', () => {
	it('and what the new one has no field for is not sent', async () => {
		const left = { duration: 4, mode: 'quality', options: {} };
		const result = await runUnified(sandbox(), at('fal'), {
			operation: 'generate',
			...request,
			...left,
		});
		expect(result.error).toBeUndefined();
		expect(sandbox().requests[0].body).toMatchObject({ duration: '8s' });
		expect(sandbox().requests[0].body).not.toHaveProperty('mode');
	});
});

describe('every model', () => {
	const models = providers.flatMap((provider) =>
		provider.models.map((model) => [model.id, provider, model] as const),
	);

	it.each(models)(
		'%s makes a video of every format that it offers',
		async (id, provider, model) => {
			const formats = model.resolutions.flatMap((resolution) =>
				model.aspectRatios.flatMap((aspectRatio) =>
					model.durations.flatMap((duration) =>
						(model.modes ?? ['fast']).map((mode) => ({ resolution, aspectRatio, duration, mode })),
					),
				),
			);
			const images = Array.from({ length: model.images.max }, (_, index) => `${fox}?${index}`);
			const result = await runUnified(
				sandbox(),
				provider,
				{
					operation: 'generateAndWait',
					...request,
					model: byExpression(id),
					imageUrls: images.join('\n'),
					resolution: '={{ $json.resolution }}',
					aspectRatio: '={{ $json.aspectRatio }}',
					duration: '={{ $json.duration }}',
					mode: '={{ $json.mode }}',
					generateAudio: model.isAudioFixed ? '={{ false }}' : '={{ $itemIndex % 2 === 0 }}',
					options: { pollInterval: 1 },
				},
				{ input: formats },
			);
			expect(result.error).toBeUndefined();
			expect(jsonOf(result).map(({ status, model: made }) => `${status} ${made}`)).toEqual(
				formats.map(() => `completed ${id}`),
			);
		},
	);
});

describe('estimateCost', () => {
	it.each([
		['fal', {}, 1.6],
		['shortapi', {}, 1.28],
		['shortapi', { resolution: '1080p', generateAudio: true }, 2.56],
		['shortapi', { resolution: '4k', generateAudio: true }, 3.84],
		['shortapi', { model: 'google/veo-3.1/image-to-video', duration: 4 }, 0.32],
		['shortapi', { model: 'google/veo-3.1/image-to-video', mode: 'quality', duration: 6 }, 0.96],
		[
			'shortapi',
			{ model: 'google/veo-3.1/image-to-video', resolution: '4k', generateAudio: true },
			2.24,
		],
		['evolink', { model: 'veo-3.1-fast-generate-preview' }, 0.64],
		[
			'evolink',
			{ model: 'veo-3.1-fast-generate-preview', resolution: '1080p', generateAudio: true },
			0.96,
		],
		[
			'evolink',
			{ model: 'veo-3.1-fast-generate-preview', resolution: '4k', generateAudio: true },
			2.2464,
		],
	])('%s %j costs %d US dollars', async (id, parameters, amount) => {
		const result = await runUnified(sandbox(), at(id), {
			operation: 'estimateCost',
			...parameters,
		});
		expect(jsonOf(result)[0].cost).toEqual({ amount, currency: 'USD', kind: 'estimated' });
		expect(sandbox().requests).toEqual([]);
	});

	it('asks AI/ML API for its price list, which a price then matches', async () => {
		const estimate = async (parameters: INodeParameters) => {
			const result = await runUnified(sandbox(), at('aimlapi'), {
				operation: 'estimateCost',
				...parameters,
			});
			return (jsonOf(result)[0].cost as { amount: number }).amount;
		};
		expect(await estimate({ generateAudio: true })).toBe(2 * (await estimate({})));
		expect(sandbox().count({ call: 'prices' })).toBe(2);
	});

	const unpriced = providers.filter(({ models, prices }) => !models[0].price && !prices);
	it.each(unpriced.map(({ id }) => id))('%s: an unknown price is null', async (id) => {
		const result = await runUnified(sandbox(), at(id), { operation: 'estimateCost' });
		expect(jsonOf(result)[0].cost).toBeNull();
	});

	it('a price list that cannot be had is an unknown price', async () => {
		sandbox().inject({ call: 'prices', fault: { kind: 'status', status: 500 } });
		const result = await runUnified(sandbox(), at('aimlapi'), { operation: 'estimateCost' });
		expect(jsonOf(result)[0].cost).toBeNull();
	});

	it('a budget asks the price list once for a batch', async () => {
		const batch = { operation: 'generate', ...request, options: { budget: 100 } };
		const result = await runUnified(sandbox(), at('aimlapi'), batch, { input: [{}, {}, {}] });
		expect(result.items).toHaveLength(3);
		expect(sandbox().count({ call: 'prices' })).toBe(1);
	});
});
