import type { ModelSpec } from '../shared/types';

const quality: ModelSpec['price'] = ({ resolution }) =>
	resolution === '4k' ? { silent: 0.32, audio: 0.48 } : { silent: 0.16, audio: 0.32 };

const fast: ModelSpec['price'] = ({ resolution }) =>
	resolution === '4k' ? { silent: 0.24, audio: 0.28 } : { silent: 0.08, audio: 0.12 };

/** Parameters and prices: https://shortapi.ai/models/<model id>/llms.txt. */
export const shortApiModels: readonly ModelSpec[] = [
	{
		id: 'google/veo-3.1/reference-to-video',
		name: 'Veo 3.1 Reference to Video',
		description: 'One to three reference images, 8 seconds, up to 4K',
		images: { min: 1, max: 3 },
		aspectRatios: ['16:9', '9:16'],
		resolutions: ['720p', '1080p', '4k'],
		durations: [8],
		controls: [],
		price: quality,
	},
	{
		id: 'google/veo-3.1/image-to-video',
		name: 'Veo 3.1 Image to Video',
		description: 'One image as the first frame, 4 to 8 seconds, up to 4K',
		images: { min: 1, max: 1 },
		aspectRatios: ['auto', '16:9', '9:16'],
		resolutions: ['720p', '1080p', '4k'],
		durations: [4, 6, 8],
		modes: ['fast', 'quality'],
		controls: [],
		price: (options) => (options.mode === 'fast' ? fast : quality)(options),
	},
];
