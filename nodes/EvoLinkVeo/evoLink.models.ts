import type { ModelSpec } from '../shared/types';

/** The limits of `generation_type: REFERENCE`: 16:9, 8 seconds, no control but audio. */
const reference = {
	images: { min: 1, max: 3 },
	promptMaxLength: 2000,
	aspectRatios: ['16:9'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
	controls: [],
} as const;

/** https://docs.evolink.ai/en/api-manual/video-series/veo3.1/veo-3.1-generate-preview-generate */
export const evoLinkModels: readonly ModelSpec[] = [
	{
		...reference,
		id: 'veo-3.1-generate-preview',
		name: 'Veo 3.1',
		description: 'One to three reference images, 8 seconds, landscape, up to 4K',
	},
	{
		...reference,
		id: 'veo-3.1-fast-generate-preview',
		name: 'Veo 3.1 Fast',
		description: 'Like Veo 3.1, faster and cheaper',
		// https://evolink.ai/veo-3-1?model=veo-3-1-fast; the other model's price is not published.
		price: ({ resolution }) =>
			resolution === '4k' ? { silent: 0.24, audio: 0.2808 } : { silent: 0.08, audio: 0.12 },
	},
];
