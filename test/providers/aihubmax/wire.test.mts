import { aiHubMax } from '../../../nodes/AiHubMaxVeo/aiHubMax.provider';
import { den, fox, neutralRequest, wireOf } from '../neutral.mts';

// How it answers is tested in ../unifiedTask.test.mts, with EvoLink.
describe('AIHubMax spells the request', () => {
	it('with an integer duration and without the controls that are not chosen', () => {
		expect(wireOf(aiHubMax, neutralRequest(aiHubMax, { aspectRatio: '9:16' }))).toEqual({
			method: 'POST',
			path: '/v1/videos/generations',
			body: {
				model: 'veo-3.1-reference-to-video',
				prompt: 'A ceramic fox turns its head',
				reference_image_urls: [fox, den],
				aspect_ratio: '9:16',
				duration: 8,
				resolution: '720p',
				generate_audio: false,
			},
		});
	});

	it('with every control, the safety tolerance as an integer', () => {
		const controls = {
			autoFix: false,
			safetyTolerance: 3,
			enhancePrompt: true,
			personGeneration: 'dont_allow',
			referenceType: 'STYLE',
		};
		expect(wireOf(aiHubMax, neutralRequest(aiHubMax, { controls }))).toMatchObject({
			body: {
				auto_fix: false,
				safety_tolerance: 3,
				enhance_prompt: true,
				person_generation: 'dont_allow',
				reference_type: 'STYLE',
			},
		});
	});

	it('for the fast model under its own id', () => {
		const request = neutralRequest(aiHubMax, { modelId: 'veo-3.1-fast-reference-to-video' });
		expect(wireOf(aiHubMax, request)).toMatchObject({
			body: { model: 'veo-3.1-fast-reference-to-video' },
		});
	});
});
