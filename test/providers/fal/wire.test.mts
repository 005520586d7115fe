import { fal } from '../../../nodes/FalVeo/fal.provider';
import type { JobState, VideoRequest } from '../../../nodes/shared/types';
import { answer, den, fox, neutralRequest, outcomeOf, wireOf } from '../neutral.mts';

const jobId = '3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be';
const video = 'https://v3.fal.media/files/fox/ceramic.mp4';

describe('fal spells the request', () => {
	const plain = {
		prompt: 'A ceramic fox turns its head',
		image_urls: [fox, den],
		aspect_ratio: '16:9',
		duration: '8s',
		resolution: '720p',
		generate_audio: false,
	};

	it.each<[string, Partial<VideoRequest>, object]>([
		['at its defaults, which differ from fal’s in the audio', {}, {}],
		['in 1080p', { resolution: '1080p' }, { resolution: '1080p' }],
		['in 4K', { resolution: '4k' }, { resolution: '4k' }],
		['upright', { aspectRatio: '9:16' }, { aspect_ratio: '9:16' }],
		['with audio', { generateAudio: true }, { generate_audio: true }],
		['with one image', { imageUrls: [fox] }, { image_urls: [fox] }],
		['with autoFix', { controls: { autoFix: true } }, { auto_fix: true }],
		['with autoFix switched off', { controls: { autoFix: false } }, { auto_fix: false }],
		[
			'with the strictest safety tolerance, as text',
			{ controls: { safetyTolerance: 1 } },
			{ safety_tolerance: '1' },
		],
		[
			'with the laxest safety tolerance, as text',
			{ controls: { safetyTolerance: 6 } },
			{ safety_tolerance: '6' },
		],
		[
			'with everything at once',
			{
				aspectRatio: '9:16',
				resolution: '4k',
				generateAudio: true,
				controls: { autoFix: true, safetyTolerance: 2 },
			},
			{
				aspect_ratio: '9:16',
				resolution: '4k',
				generate_audio: true,
				auto_fix: true,
				safety_tolerance: '2',
			},
		],
	])('%s', (_, changes, changed) => {
		expect(wireOf(fal, neutralRequest(fal, changes))).toStrictEqual({
			method: 'POST',
			path: '/fal-ai/veo3.1/reference-to-video',
			body: { ...plain, ...changed },
		});
	});
});

it('fal spells the request of the fast model alike, at its own address', () => {
	const modelId = 'fal-ai/veo3.1/fast/reference-to-video';
	expect(wireOf(fal, neutralRequest(fal, { modelId, resolution: '4k' }))).toStrictEqual({
		method: 'POST',
		path: '/fal-ai/veo3.1/fast/reference-to-video',
		body: {
			prompt: 'A ceramic fox turns its head',
			image_urls: [fox, den],
			aspect_ratio: '16:9',
			duration: '8s',
			resolution: '4k',
			generate_audio: false,
		},
	});
});

it('fal spells a request of Gemini Omni: a number of seconds, nothing about the sound', () => {
	const modelId = 'google/gemini-omni-flash/v1.1/reference-to-video';
	const changes = { aspectRatio: '9:16', resolution: '360p', duration: 3 } as const;
	expect(wireOf(fal, neutralRequest(fal, { modelId, ...changes }))).toStrictEqual({
		method: 'POST',
		path: '/google/gemini-omni-flash/v1.1/reference-to-video',
		body: {
			prompt: 'A ceramic fox turns its head',
			image_urls: [fox, den],
			aspect_ratio: '9:16',
			resolution: '360p',
			duration: 3,
		},
	});
});

it.each([
	['fal-ai/veo3.1/reference-to-video', '/fal-ai/veo3.1/requests'],
	['fal-ai/veo3.1/fast/reference-to-video', '/fal-ai/veo3.1/requests'],
	['google/gemini-omni-flash/v1.1/reference-to-video', '/google/gemini-omni-flash/requests'],
	['somebody/something', '/somebody/something/requests'],
])('fal is asked about a job of %s under owner and app, as %s', (model, requests) => {
	const path = `${requests}/${jobId}`;
	expect(fal.status.build(jobId, model)).toEqual({ method: 'GET', path: `${path}/status` });
	expect(fal.result?.build(jobId, model)).toEqual({ method: 'GET', path });
	expect(fal.cancel?.build(jobId, model)).toEqual({ method: 'PUT', path: `${path}/cancel` });
});

it.each([
	['3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be', true],
	['3F1C0D9E-8A51-4C7B-9D57-2F6F0A1C44BE', true],
	['3f1c0d9e8a514c7b9d572f6f0a1c44be', false],
	['task-unified-1760000000-ab12cd34', false],
	['3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be/cancel', false],
	['..', false],
])('%s as a job id of fal: %s', (id, expected) => {
	expect(fal.jobIdPattern?.test(id)).toBe(expected);
});

describe('fal accepts a submit', () => {
	it.each([
		['as documented', 200, { status: 'IN_QUEUE', request_id: jobId, queue_position: 0 }],
		['without a status, as in the example', 200, { request_id: jobId }],
		['with a webhook', 200, { request_id: jobId, gateway_request_id: 'other' }],
		['with another success code', 202, { request_id: jobId }],
	])('%s', (_, status, body) => {
		expect(fal.submit.parse(answer(status, body))).toEqual({ jobId, status: 'queued' });
	});

	it('ignores the URLs in it: they are rebuilt from the id', () => {
		const elsewhere = 'https://elsewhere.example/requests/1';
		const urls = { response_url: elsewhere, status_url: elsewhere, cancel_url: elsewhere };
		const accepted = fal.submit.parse(answer(200, { request_id: jobId, ...urls }));
		expect(JSON.stringify(accepted)).not.toContain('elsewhere');
	});
});

describe('the status words of fal', () => {
	it.each<[string, number, object, JobState]>([
		['in the queue', 202, { status: 'IN_QUEUE', queue_position: 3 }, { status: 'queued' }],
		['running', 202, { status: 'IN_PROGRESS', logs: null }, { status: 'in_progress' }],
		['running, answered 200', 200, { status: 'IN_PROGRESS' }, { status: 'in_progress' }],
		['ended, and only the result says how', 200, { status: 'COMPLETED' }, { status: 'settled' }],
		// Third-party lists name these; fal does not.
		['FAILED, which does not exist', 200, { status: 'FAILED' }, { status: 'in_progress' }],
		['CANCELED, which does not exist', 200, { status: 'CANCELED' }, { status: 'in_progress' }],
	])('%s', (_, status, body, state) => {
		expect(fal.status.parse(answer(status, body))).toEqual(state);
	});

	it.each([
		[{ error: 'Request timed out', error_type: 'request_timeout' }, 'Request timed out'],
		[{ error_type: 'runner_disconnected' }, 'runner_disconnected'],
		[{ error: 'Runner failed' }, 'Runner failed'],
	])('COMPLETED with an error is a failure: %j', (body, message) => {
		expect(fal.status.parse(answer(200, { status: 'COMPLETED', ...body }))).toEqual({
			status: 'settled',
			failure: { code: 'provider_unavailable', message, retryable: true },
		});
	});

	it.each([
		[404, { status: 'NOT_FOUND' }, 'not_found'],
		[401, { detail: 'invalid key credentials' }, 'authentication'],
		[429, { detail: 'Too many requests' }, 'rate_limited (retryable)'],
		[500, { detail: 'Internal server error' }, 'provider_unavailable (retryable)'],
		[502, undefined, 'provider_unavailable (retryable)'],
		[503, {}, 'provider_unavailable (retryable)'],
		[504, { detail: 'Request timed out' }, 'provider_unavailable (retryable)'],
	])('HTTP %d %j to the question says nothing about the job: %s', (status, body, code) => {
		expect(outcomeOf(fal.status.parse(answer(status, body)))).toBe(`unreadable ${code}`);
	});
});

describe('the result of fal', () => {
	const parse = (status: number, body?: object) => fal.result?.parse(answer(status, body), {});

	it.each([
		['the URL alone', { url: video }],
		[
			'all that is documented',
			{ url: video, content_type: 'video/mp4', file_name: 'ceramic.mp4', file_size: 4404019 },
		],
	])('is a video: %s', (_, body) => {
		expect(parse(200, { video: body })).toEqual({ status: 'completed', videoUrl: video });
	});

	it.each([
		[499, { detail: 'Request was cancelled by the client', error_type: 'client_cancelled' }],
		[499, undefined],
	])('HTTP %d %j is a canceled job', (status, body) => {
		expect(parse(status, body)).toMatchObject({
			status: 'canceled',
			failure: { code: 'canceled', retryable: false },
		});
	});

	it.each([
		[404, { detail: 'Request not found' }, 'not_found'],
		[401, { detail: 'No user found' }, 'authentication'],
		[429, {}, 'rate_limited (retryable)'],
		[500, { detail: 'Internal', error_type: 'internal_error' }, 'provider_unavailable (retryable)'],
		[502, undefined, 'provider_unavailable (retryable)'],
	])('HTTP %d %j alone may be bad luck with the question', (status, body, code) => {
		expect(outcomeOf(parse(status, body) as JobState)).toBe(`unreadable ${code}`);
	});

	it.each([500, 502, 503, 504])(
		'HTTP %d of a job whose status named a failure is one',
		(status) => {
			const failure = {
				code: 'provider_unavailable',
				message: 'no runner',
				retryable: true,
			} as const;
			const state = fal.result?.parse(answer(status, { detail: 'no runner' }), { failure });
			expect(state).toEqual({ status: 'failed', failure });
		},
	);

	it.each([401, 404, 408, 429])(
		'HTTP %d says nothing about it, whatever the status named',
		(status) => {
			const failure = {
				code: 'provider_unavailable',
				message: 'no runner',
				retryable: true,
			} as const;
			expect(fal.result?.parse(answer(status), { failure }).status).toBe('unreadable');
		},
	);

	it('a success without a video is no success, whatever the status said', () => {
		expect(outcomeOf(parse(200, {}) as JobState)).toBe('failed unknown');
		const failure = {
			code: 'provider_unavailable',
			message: 'no runner',
			retryable: true,
		} as const;
		expect(fal.result?.parse(answer(200, {}), { failure })).toEqual({ status: 'failed', failure });
	});
});
