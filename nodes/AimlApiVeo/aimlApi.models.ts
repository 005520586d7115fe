import type { ModelSpec } from '../shared/types';
import { veoPreviewEnded } from '../shared/wire/lifecycle';

/**
 * https://docs.aimlapi.com/api-references/video-models/google/gemini-omni-1.1-flash. Without
 * `task`, one or two images could be taken for the first and the last frame.
 */
const omniBody: ModelSpec['body'] = ({ model, ...request }) => ({
	model: model.id,
	prompt: request.prompt,
	image_urls: request.imageUrls,
	task: 'reference_to_video',
	aspect_ratio: request.aspectRatio,
	resolution: request.resolution,
	duration: request.duration,
});

const omni = {
	images: { min: 1, max: 6 },
	isAudioFixed: true,
	hasImageTags: true,
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['360p', '720p', '1080p', '4k'],
	controls: [],
	body: omniBody,
} as const;

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
		lifecycle: { ...veoPreviewEnded, successor: 'google/gemini-omni-1.1-flash' },
		images: { min: 1, max: 3 },
		aspectRatios: ['16:9'],
		resolutions: ['720p', '1080p'],
		durations: [8],
		controls: ['upstreamProvider'],
		body: ({ model, ...request }) => ({
			model: model.id,
			prompt: request.prompt,
			image_urls: request.imageUrls,
			duration: request.duration,
			resolution: request.resolution,
			generate_audio: request.generateAudio,
			provider: request.controls.upstreamProvider,
		}),
	},
	{
		...omni,
		id: 'google/gemini-omni-1.1-flash',
		name: 'Gemini Omni 1.1 Flash',
		description: 'Up to six reference images, 3 to 10 seconds, 360p to 4K, no audio switch',
		durations: [3, 4, 5, 6, 7, 8, 9, 10],
	},
];
