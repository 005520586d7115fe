import type { INodeParameters } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { request, runUnified, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox();
const at = (id: string) => providers.find((provider) => provider.id === id) as VideoProvider;
const images = (count: number, ending = 'png') =>
	Array.from({ length: count }, (_, index) => `https://cdn.example.org/${index}.${ending}`).join(
		' ',
	);

const omni = {
	fal: 'google/gemini-omni-flash/v1.1/reference-to-video',
	aimlapi: 'google/gemini-omni-1.1-flash',
	evolink: 'gemini-omni-1.1-flash-reference-to-video',
};

const refused: Array<[string, string, INodeParameters, RegExp]> = [
	[
		'aimlapi',
		'seven images',
		{ model: omni.aimlapi, imageUrls: images(7) },
		/7 reference images are too many.*1 to 6$/,
	],
	[
		'evolink',
		'eleven images',
		{ model: omni.evolink, imageUrls: images(11) },
		/11 reference images are too many.*1 to 10$/,
	],
	[
		'fal',
		'eleven images',
		{ model: omni.fal, imageUrls: images(11) },
		/11 reference images are too many/,
	],
	...Object.entries(omni).flatMap(([id, model]): typeof refused => [
		[
			id,
			'sound, by expression',
			{ model: `={{ "${model}" }}`, generateAudio: '={{ true }}' },
			/Gemini Omni 1.1 Flash.* has no audio switch/,
		],
		[id, '12 seconds', { model, duration: '={{ 12 }}' }, /cannot make videos of 12 seconds$/],
		[id, '3.5 seconds', { model, duration: '={{ 3.5 }}' }, /cannot make videos of 3.5 seconds$/],
		[
			id,
			'an option of Veo, from saved JSON',
			{ model: `={{ "${model}" }}`, options: { autoFix: true } },
			/does not take the option "Auto Fix"$/,
		],
	]),
	...providers.map(({ id }): (typeof refused)[number] => [
		id,
		'360p for Veo',
		{ resolution: '={{ "360p" }}' },
		/Veo 3.1.* cannot make 360p videos$/,
	]),
	[
		'evolink',
		'WebP for Veo',
		{ imageUrls: images(1, 'webp') },
		/Reference image 1 is a WebP file, which Veo 3.1 of EvoLink does not take/,
	],
	[
		'aimlapi',
		'an automatic ratio',
		{ model: omni.aimlapi, aspectRatio: '={{ "auto" }}' },
		/cannot make auto videos$/,
	],
];

it.each(refused)('%s: %s is refused before any request', async (id, _, parameters, message) => {
	const result = await runUnified(
		sandbox(),
		at(id),
		{ operation: 'generate', ...request, ...parameters },
		{ input: [{}, {}] },
	);
	expect(result.error?.name).toBe('NodeOperationError');
	expect(result.error?.message).toMatch(/^Item 0: /);
	expect(String(result.error?.message)).toMatch(message);
	expect(result.error?.context?.itemIndex).toBe(0);
	expect(sandbox().requests).toEqual([]);
});

it.each([
	['WebP', { imageUrls: images(1, 'webp') }],
	['Generate Audio switched off, by expression', { generateAudio: '={{ false }}' }],
])('EvoLink’s Gemini Omni takes %s', async (_, parameters) => {
	const result = await runUnified(sandbox(), at('evolink'), {
		operation: 'generate',
		...request,
		model: omni.evolink,
		...parameters,
	});
	expect(result.error).toBeUndefined();
	expect(sandbox().jobs()).toHaveLength(1);
});

it.each([
	['named, it reaches AI/ML API', { upstreamProvider: 'google' }, { provider: 'google' }],
	['not named, AI/ML API chooses', {}, {}],
])('the upstream provider: %s', async (_, options, expected) => {
	await runUnified(sandbox(), at('aimlapi'), { operation: 'generate', ...request, options });
	expect(sandbox().jobs()).toHaveLength(1);
	const { provider } = sandbox().jobs()[0].request as { provider?: string };
	expect({ ...(provider && { provider }) }).toEqual(expected);
});
