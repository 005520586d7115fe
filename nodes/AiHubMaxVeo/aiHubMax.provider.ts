import { unifiedTask, unifiedUpload } from '../shared/wire/unifiedTask';
import type { VideoProvider } from '../shared/types';
import { aiHubMaxModels } from './aiHubMax.models';

const { submit, ...task } = unifiedTask(({ model, prompt, imageUrls, controls, ...format }) => ({
	model: model.id,
	prompt,
	reference_image_urls: imageUrls,
	aspect_ratio: format.aspectRatio,
	duration: format.duration,
	resolution: format.resolution,
	generate_audio: format.generateAudio,
	// The documentation asks not to pass these unless necessary.
	auto_fix: controls.autoFix,
	safety_tolerance: controls.safetyTolerance,
	enhance_prompt: controls.enhancePrompt,
	person_generation: controls.personGeneration,
	reference_type: controls.referenceType,
}));

/** https://docs.aihubmax.com, Video Series, Veo 3.1, and Task Management. */
export const aiHubMax: VideoProvider = {
	id: 'aihubmax',
	displayName: 'AIHubMax',
	credential: 'veoAiHubMaxApi',
	baseUrl: 'https://api.aihubmax.com',
	models: aiHubMaxModels,

	...task,
	// Its clients warn that a 429 does not justify a second paid submit.
	submit: { ...submit, isNeverRepeated: true },

	upload: unifiedUpload(
		({ bytes, fileName }) => ({
			method: 'POST',
			path: '/v1/files/upload/base64',
			body: { file_data: bytes.toString('base64'), file_name: fileName },
		}),
		({ url }) => url,
	),
};
