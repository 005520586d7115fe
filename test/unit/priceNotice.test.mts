import type { INodeParameters } from 'n8n-workflow';

import { modelTable, shownFields } from './parameters.mts';
import type { ActionNode } from './parameters.mts';

/*
 * Read from the providers' price pages and worked out by hand: model, mode and resolution, then what
 * the shortest and the longest video cost.
 */
const prices: Record<string, string> = {
	'fal-ai/veo3.1/reference-to-video 720p': '$1.60 without audio, $3.20 with audio',
	'fal-ai/veo3.1/reference-to-video 1080p': '$1.60 without audio, $3.20 with audio',
	'fal-ai/veo3.1/reference-to-video 4k': '$3.20 without audio, $4.80 with audio',
	'google/veo-3.1/reference-to-video 720p': '$1.28 without audio, $2.56 with audio',
	'google/veo-3.1/reference-to-video 1080p': '$1.28 without audio, $2.56 with audio',
	'google/veo-3.1/reference-to-video 4k': '$2.56 without audio, $3.84 with audio',
	'google/veo-3.1/image-to-video fast 720p':
		'$0.32 to $0.64 ($0.08 a second) without audio, $0.48 to $0.96 ($0.12 a second) with audio',
	'google/veo-3.1/image-to-video fast 1080p':
		'$0.32 to $0.64 ($0.08 a second) without audio, $0.48 to $0.96 ($0.12 a second) with audio',
	'google/veo-3.1/image-to-video fast 4k':
		'$0.96 to $1.92 ($0.24 a second) without audio, $1.12 to $2.24 ($0.28 a second) with audio',
	'google/veo-3.1/image-to-video quality 720p':
		'$0.64 to $1.28 ($0.16 a second) without audio, $1.28 to $2.56 ($0.32 a second) with audio',
	'google/veo-3.1/image-to-video quality 1080p':
		'$0.64 to $1.28 ($0.16 a second) without audio, $1.28 to $2.56 ($0.32 a second) with audio',
	'google/veo-3.1/image-to-video quality 4k':
		'$1.28 to $2.56 ($0.32 a second) without audio, $1.92 to $3.84 ($0.48 a second) with audio',
	'veo-3.1-fast-generate-preview 720p': '$0.64 without audio, $0.96 with audio',
	'veo-3.1-fast-generate-preview 1080p': '$0.64 without audio, $0.96 with audio',
	'veo-3.1-fast-generate-preview 4k': '$1.92 without audio, $2.25 with audio',
};

/** Their providers publish no price as text. */
const unpriced = [
	'google/veo-3.1-reference-to-video',
	'veo-3.1-reference-to-video',
	'veo-3.1-fast-reference-to-video',
	'veo-3.1-generate-preview',
];

const noticesFor = (node: ActionNode, parameters: INodeParameters) =>
	shownFields(node, parameters)
		.filter(({ name }) => name === 'priceNotice')
		.map(({ displayName }) => displayName);

describe.each(modelTable)('%s, %s, %s', (_, provider, model, node, { displayName }, spec) => {
	const formats = (spec.modes ?? [undefined]).flatMap((mode) =>
		spec.resolutions.map((resolution) => [mode, resolution] as const),
	);

	it.each(['generate', 'generateAndWait', 'estimateCost'])('%s tells the price', (operation) => {
		for (const [mode, resolution] of formats) {
			const key = [model, mode, resolution].filter(Boolean).join(' ');
			const notices = noticesFor(node, {
				...{ provider, model, operation, resolution },
				...(mode && { mode }),
			});
			if (unpriced.includes(model)) {
				expect([key, notices]).toEqual([key, []]);
				continue;
			}
			const label = resolution === '4k' ? '4K' : resolution;
			expect([key, notices]).toEqual([key, [expect.stringContaining(` cost ${prices[key]}.`)]]);
			expect(notices[0]).toContain(`At ${displayName}'s list price, `);
			expect(notices[0]).toContain(label);
			expect(notices[0]).toContain(spec.durations.length > 1 ? '4 to 8 seconds' : ' 8 seconds');
		}
	});

	it.each([
		['video', 'download'],
		['job', 'get'],
	])('%s %s, which costs nothing, tells none', (resource, operation) => {
		expect(noticesFor(node, { provider, model, resource, operation })).toEqual([]);
	});

	it('a resolution from a spreadsheet shows every price of the model', () => {
		const notices = noticesFor(node, { provider, model, resolution: '={{ $json.resolution }}' });
		expect(notices).toHaveLength(unpriced.includes(model) ? 0 : 2);
	});
});
