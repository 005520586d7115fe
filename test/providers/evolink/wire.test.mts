import { evoLink } from '../../../nodes/EvoLinkVeo/evoLink.provider';
import { answer, den, fox, neutralRequest, wireOf } from '../neutral.mts';

it('EvoLink is told the name of the submit, and its errors about it leave it in doubt', () => {
	const submitKey = '0123456789abcdef0123456789abcdef';
	const request = { ...neutralRequest(evoLink), submitKey };
	expect(wireOf(evoLink, request)).toMatchObject({
		headers: { 'Idempotency-Key': `run_${submitKey}`, 'X-Evo-Run-Id': `run_${submitKey}` },
	});
	expect(JSON.stringify(evoLink.submit.build(request).body)).not.toContain(submitKey);
	for (const code of ['idempotency_conflict', 'paid_outcome_unknown']) {
		const parsed = evoLink.submit.parse(answer(409, { error: { code, message: 'x' } }));
		expect(parsed).toMatchObject({ mayBeAccepted: true });
	}
	const other = evoLink.submit.parse(answer(409, { error: { code: 'x', message: 'x' } }));
	expect(other).not.toHaveProperty('mayBeAccepted');
});

// How it answers is tested in ../unifiedTask.test.mts, with AIHubMax.
it.each(['veo-3.1-generate-preview', 'veo-3.1-fast-generate-preview'])(
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

it('EvoLink spells a request of Gemini Omni: no mode, nothing about the sound', () => {
	const modelId = 'gemini-omni-1.1-flash-reference-to-video';
	const changes = { aspectRatio: 'auto', resolution: '360p', duration: 3 } as const;
	const callbackUrl = 'https://app.example.org/hook';
	expect(wireOf(evoLink, neutralRequest(evoLink, { modelId, ...changes, callbackUrl }))).toEqual({
		method: 'POST',
		path: '/v1/videos/generations',
		body: {
			model: modelId,
			prompt: 'A ceramic fox turns its head',
			image_urls: [fox, den],
			quality: '360p',
			duration: 3,
			aspect_ratio: 'auto',
			callback_url: callbackUrl,
		},
	});
});
