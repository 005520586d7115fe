import type { ModelSpec } from '../shared/types';

/** https://fal.ai/models/fal-ai/veo3.1/reference-to-video/api */
const veoBody: ModelSpec['body'] = ({ controls, ...request }) => ({
	prompt: request.prompt,
	image_urls: request.imageUrls,
	aspect_ratio: request.aspectRatio,
	duration: `${request.duration}s`,
	resolution: request.resolution,
	// Always sent: fal's own default is on, and audio doubles the price.
	generate_audio: request.generateAudio,
	auto_fix: controls.autoFix,
	safety_tolerance:
		controls.safetyTolerance === undefined ? undefined : String(controls.safetyTolerance),
});

const veo = {
	images: { min: 1, max: 3 },
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
	controls: ['autoFix', 'safetyTolerance'],
	body: veoBody,
} as const;

/** Parameters: https://fal.ai/models/<model id>/api; prices: the model's llms.txt. */
export const falModels: readonly ModelSpec[] = [
	{
		...veo,
		id: 'fal-ai/veo3.1/reference-to-video',
		name: 'Veo 3.1 Reference to Video',
		description: 'One to three reference images, 8 seconds, up to 4K',
		price: ({ resolution }) =>
			resolution === '4k' ? { silent: 0.4, audio: 0.6 } : { silent: 0.2, audio: 0.4 },
	},
	{
		...veo,
		id: 'fal-ai/veo3.1/fast/reference-to-video',
		name: 'Veo 3.1 Fast Reference to Video',
		description: 'Like Veo 3.1, faster and cheaper',
		// No price in 4K is published.
		price: ({ resolution }) => (resolution === '4k' ? undefined : { silent: 0.1, audio: 0.15 }),
	},
];
