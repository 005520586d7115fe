import type { ModelSpec } from '../shared/types';

/**
 * https://docs.aimlapi.com/api-references/video-models/google/veo-3.1-reference-to-video. The
 * schema has no aspect ratio: videos are 16:9. The price is read from the API: see `prices` of the
 * provider.
 */
export const aimlApiModels: readonly ModelSpec[] = [
	{
		id: 'google/veo-3.1-reference-to-video',
		name: 'Veo 3.1 Reference to Video',
		description: 'One to three reference images, 8 seconds, landscape, up to 1080p',
		images: { min: 1, max: 3 },
		aspectRatios: ['16:9'],
		resolutions: ['720p', '1080p'],
		durations: [8],
		controls: [],
		body: ({ model, ...request }) => ({
			model: model.id,
			prompt: request.prompt,
			image_urls: request.imageUrls,
			duration: request.duration,
			resolution: request.resolution,
			generate_audio: request.generateAudio,
		}),
	},
];
