import type { ModelSpec, VideoRequest } from '../shared/types';
import { veoPreviewEnded } from '../shared/wire/lifecycle';

/** The limits of `generation_type: REFERENCE`: 16:9, 8 seconds, no control but audio. */
const reference = {
	lifecycle: { ...veoPreviewEnded, successor: 'gemini-omni-1.1-flash-reference-to-video' },
	images: { min: 1, max: 3, types: ['image/jpeg', 'image/png'] },
	promptMaxLength: 2000,
	aspectRatios: ['16:9'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
	controls: [],
	body: ({ model, ...request }: VideoRequest) => ({
		model: model.id,
		prompt: request.prompt,
		generation_type: 'REFERENCE',
		image_urls: request.imageUrls,
		// These two are sent although there is only one choice, because the documented default is 4
		// seconds.
		duration: request.duration,
		aspect_ratio: request.aspectRatio,
		quality: request.resolution,
		generate_audio: request.generateAudio,
		callback_url: request.callbackUrl,
	}),
} as const;

/**
 * https://docs.evolink.ai/en/api-manual/video-series/gemini-omni-1.1-flash. Unknown keys are
 * refused, and the documented defaults are 3 seconds and an automatic ratio, so both are sent.
 */
const omniBody = ({ model, ...request }: VideoRequest) => ({
	model: model.id,
	prompt: request.prompt,
	image_urls: request.imageUrls,
	quality: request.resolution,
	duration: request.duration,
	aspect_ratio: request.aspectRatio,
	callback_url: request.callbackUrl,
});

const omni = {
	images: { min: 1, max: 10 },
	isAudioFixed: true,
	hasImageTags: true,
	aspectRatios: ['16:9', '9:16', 'auto'],
	resolutions: ['360p', '720p', '1080p', '4k'],
	controls: [],
	body: omniBody,
} as const;

/** https://docs.evolink.ai/en/api-manual/video-series/veo3.1/veo-3.1-generate-preview-generate */
export const evoLinkModels: readonly ModelSpec[] = [
	{
		...reference,
		id: 'veo-3.1-generate-preview',
		name: 'Veo 3.1',
		description:
			'One to three reference images (no WebP), 8 seconds, landscape, up to 4K; EvoLink documents only the audio setting, so it may ignore the resolution',
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
	{
		...omni,
		id: 'gemini-omni-1.1-flash-reference-to-video',
		name: 'Gemini Omni 1.1 Flash Reference to Video',
		description: 'Up to ten reference images, 3 to 10 seconds, 360p to 4K, always with audio',
		durations: [3, 4, 5, 6, 7, 8, 9, 10],
	},
];
