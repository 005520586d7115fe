import type { ModelSpec, Resolution } from '../shared/types';
import { veoPreviewEnded } from '../shared/wire/lifecycle';

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

/** The duration is a number here, and there is no field for the sound. */
const omniBody: ModelSpec['body'] = (request) => ({
	prompt: request.prompt,
	image_urls: request.imageUrls,
	aspect_ratio: request.aspectRatio,
	resolution: request.resolution,
	duration: request.duration,
});

const omniId = 'google/gemini-omni-flash/v1.1/reference-to-video';

const veo = {
	lifecycle: { ...veoPreviewEnded, successor: omniId },
	images: { min: 1, max: 3 },
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
	controls: ['autoFix', 'safetyTolerance'],
	body: veoBody,
} as const;

/** The largest number of images is not documented here; Google documents ten for the preview. */
const omni = {
	images: { min: 1, max: 10 },
	isAudioFixed: true,
	hasImageTags: true,
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['360p', '720p', '1080p', '4k'],
	controls: [],
	body: omniBody,
} as const;

const perSecond = (price: Record<Resolution, number>): ModelSpec['price'] => {
	return ({ resolution }) => ({ silent: price[resolution], audio: price[resolution] });
};

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
	{
		...omni,
		id: omniId,
		name: 'Gemini Omni 1.1 Flash Reference to Video',
		description: 'Up to ten reference images, 3 to 10 seconds, 360p to 4K, no audio switch',
		durations: [3, 4, 5, 6, 7, 8, 9, 10],
		price: perSecond({ '360p': 0.03, '720p': 0.1, '1080p': 0.15, '4k': 0.3 }),
	},
];
