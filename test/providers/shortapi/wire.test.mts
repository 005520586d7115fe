import { shortApi } from '../../../nodes/ShortApiVeo/shortApi.provider';
import { answer, codeOf, den, fox, neutralRequest, outcomeOf, wireOf } from '../neutral.mts';

const url = 'https://file.example.org/fox.mp4';
const imageToVideo = 'google/veo-3.1/image-to-video';

it('spells reference to video: parameters under args, the duration as text', () => {
	expect(wireOf(shortApi, neutralRequest(shortApi, { aspectRatio: '9:16' }))).toEqual({
		method: 'POST',
		path: '/api/v1/job/create',
		body: {
			model: 'google/veo-3.1/reference-to-video',
			args: {
				prompt: 'A ceramic fox turns its head',
				images: [fox, den],
				duration: '8',
				aspect_ratio: '9:16',
				resolution: '720p',
				generate_audio: false,
			},
		},
	});
});

it('spells image to video: a mode, and one image under another name', () => {
	const request = neutralRequest(shortApi, {
		modelId: imageToVideo,
		imageUrls: [fox],
		aspectRatio: 'auto',
		duration: 4,
		mode: 'quality',
	});
	expect(wireOf(shortApi, request)).toMatchObject({
		body: {
			model: imageToVideo,
			args: { mode: 'quality', image: fox, duration: '4', aspect_ratio: 'auto' },
		},
	});
});

it('reads a submit: the job id under data, the amount in a string', () => {
	const body = { code: 0, data: { amount: '1.28', job_id: '7c1d0a52e9' } };
	expect(shortApi.submit.parse(answer(200, body))).toEqual({
		jobId: '7c1d0a52e9',
		status: 'queued',
		cost: { amount: 1.28, currency: 'USD', kind: 'charged' },
	});
});

it('a success without a job id may be an accepted job', () => {
	expect(shortApi.submit.parse(answer(200, { code: 0, data: {} }))).toMatchObject({
		mayBeAccepted: true,
	});
	expect(shortApi.submit.parse(answer(200, { code: 0, job_id: '7c' }))).toMatchObject({
		mayBeAccepted: true,
	});
});

it.each([
	['images of objects', { images: [{ url }] }],
	['videos of objects', { videos: [{ url }] }],
	['videos of strings', { videos: [url] }],
	['video', { video: { url } }],
	['url', { url }],
	['video_url', { video_url: url }],
])('finds the video under %s', (_, result) => {
	const data = { status: 2, result, model: imageToVideo };
	expect(shortApi.status.parse(answer(200, { code: 0, data }))).toEqual({
		status: 'completed',
		videoUrl: url,
		model: imageToVideo,
	});
});

it.each([
	[0, 'queued'],
	['pending', 'queued'],
	['queued', 'queued'],
	[1, 'in_progress'],
	['1', 'in_progress'],
	['processing', 'in_progress'],
	['running', 'in_progress'],
	['a word of next year', 'in_progress'],
	[null, 'in_progress'],
	[2, 'in_progress'],
	['succeeded', 'in_progress'],
	[3, 'failed unknown'],
	[4, 'failed unknown'],
	['failed', 'failed unknown'],
	['error', 'failed unknown'],
])('status %j without a video is %s', (status, expected) => {
	expect(outcomeOf(shortApi.status.parse(answer(200, { code: 0, data: { status } })))).toBe(
		expected,
	);
});

it('a refunded job has failed and cost nothing', () => {
	const data = { status: 2, refunded: true, error: 'Refused by the filter', result: { url } };
	expect(shortApi.status.parse(answer(200, { code: 0, data }))).toMatchObject({
		status: 'failed',
		failure: { message: 'Refused by the filter' },
		cost: { amount: 0, currency: 'USD', kind: 'charged' },
	});
});

it.each([
	['info', { code: 1, info: 'invalid args' }, 'unknown', 'invalid args'],
	['message', { code: 1, message: 'invalid args' }, 'unknown', 'invalid args'],
	['nothing', { code: 7 }, 'unknown', 'the answer has code 7'],
	[
		'trouble that passes',
		{ code: 3000, info: 'unstable' },
		'provider_unavailable (retryable)',
		'unstable',
	],
])('HTTP 200 with a code that is not 0 is an error, its text in %s', (_, body, code, message) => {
	const failure = shortApi.submit.parse(answer(200, body)) as never;
	expect(codeOf(failure)).toBe(code);
	expect(failure).toMatchObject({ message });
	expect(failure).not.toHaveProperty('mayBeAccepted');
	expect(outcomeOf(shortApi.status.parse(answer(200, body)))).toBe(`unreadable ${code}`);
});

it('a submit that is refused for its model is one for a model that is gone', () => {
	const refusal = shortApi.submit.parse(answer(200, { code: 1, info: 'invalid model' })) as never;
	expect(codeOf(refusal)).toBe('model_unavailable');
});

it.each([
	[401, 'authentication'],
	[402, 'insufficient_balance'],
	[403, 'permission'],
	[404, 'not_found'],
	[429, 'rate_limited (retryable)'],
	[500, 'provider_unavailable (retryable)'],
])('HTTP %i is %s', (status, code) => {
	expect(codeOf(shortApi.submit.parse(answer(status, { info: 'why' })) as never)).toBe(code);
});
