import { evoLink } from '../../../nodes/EvoLinkVeo/evoLink.provider';
import { den, fox, neutralRequest, wireOf } from '../neutral.mts';

// How it answers is tested in ../unifiedTask.test.mts, with AIHubMax.
it.each(evoLink.models.map((model) => model.id))(
	'EvoLink spells the request for %s: quality, REFERENCE, and the only duration and ratio explicitly',
	(modelId) => {
		const request = neutralRequest(evoLink, { modelId, resolution: '4k', generateAudio: true });
		expect(wireOf(evoLink, request)).toEqual({
			method: 'POST',
			path: '/v1/videos/generations',
			body: {
				model: modelId,
				prompt: 'A ceramic fox turns its head',
				generation_type: 'REFERENCE',
				image_urls: [fox, den],
				duration: 8,
				aspect_ratio: '16:9',
				quality: '4k',
				generate_audio: true,
			},
		});
	},
);
