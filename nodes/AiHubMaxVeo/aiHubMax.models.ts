import type { ModelSpec } from '../shared/types';

/** https://docs.aihubmax.com/pages/en/api-manual/video-series/veo3.1/veo-3.1-reference-to-video */
const common = {
	images: { min: 1, max: 3 },
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
} as const;

/** No price is published as text, so `price` is absent. */
export const aiHubMaxModels: readonly ModelSpec[] = [
	{
		...common,
		id: 'veo-3.1-reference-to-video',
		name: 'Veo 3.1 Reference to Video',
		description: 'One to three reference images, 8 seconds, up to 4K, all controls',
		controls: ['autoFix', 'safetyTolerance', 'enhancePrompt', 'personGeneration', 'referenceType'],
	},
	{
		...common,
		id: 'veo-3.1-fast-reference-to-video',
		name: 'Veo 3.1 Fast Reference to Video',
		description: 'Like Veo 3.1, faster, with fewer controls',
		controls: ['autoFix', 'safetyTolerance'],
	},
];
