import type { ModelSpec } from '../shared/types';
import { veoPreviewEnded } from '../shared/wire/lifecycle';

/** Both spell alike: what a model does not take was refused before. */
const body: ModelSpec['body'] = ({ model, controls, ...request }) => ({
	model: model.id,
	prompt: request.prompt,
	reference_image_urls: request.imageUrls,
	aspect_ratio: request.aspectRatio,
	duration: request.duration,
	resolution: request.resolution,
	generate_audio: request.generateAudio,
	// The documentation asks not to pass these unless necessary.
	auto_fix: controls.autoFix,
	safety_tolerance: controls.safetyTolerance,
	enhance_prompt: controls.enhancePrompt,
	person_generation: controls.personGeneration,
	reference_type: controls.referenceType,
});

/** https://docs.aihubmax.com/pages/en/api-manual/video-series/veo3.1/veo-3.1-reference-to-video */
const common = {
	lifecycle: veoPreviewEnded,
	images: { min: 1, max: 3 },
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
	body,
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
