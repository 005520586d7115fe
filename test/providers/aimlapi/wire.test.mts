import { aimlApi } from '../../../nodes/AimlApiVeo/aimlApi.provider';
import { answer, codeOf, den, fox, neutralRequest, outcomeOf, wireOf } from '../neutral.mts';

const jobId = '9f0c6d3a-1111-4222-8333-abcdefabcdef:google/veo-3.1-reference-to-video';

it('spells the request: an integer duration, no aspect ratio, audio always sent', () => {
	expect(wireOf(aimlApi, neutralRequest(aimlApi, { resolution: '1080p' }))).toEqual({
		method: 'POST',
		path: '/v2/video/generations',
		body: {
			model: 'google/veo-3.1-reference-to-video',
			prompt: 'A ceramic fox turns its head',
			image_urls: [fox, den],
			duration: 8,
			resolution: '1080p',
			generate_audio: false,
		},
	});
});

it.each(['auto', 'google', 'fal'])(
	'names the upstream provider only when it is chosen: %s',
	(name) => {
		const chosen = neutralRequest(aimlApi, { controls: { upstreamProvider: name } });
		expect(wireOf(aimlApi, chosen)).toMatchObject({ body: { provider: name } });
		expect(wireOf(aimlApi, neutralRequest(aimlApi))).not.toHaveProperty('body.provider');
	},
);

it('spells a request of Gemini Omni: as references and not as frames, nothing about the sound', () => {
	const modelId = 'google/gemini-omni-1.1-flash';
	const changes = { aspectRatio: '9:16', resolution: '360p', duration: 3 } as const;
	expect(wireOf(aimlApi, neutralRequest(aimlApi, { modelId, ...changes }))).toEqual({
		method: 'POST',
		path: '/v2/video/generations',
		body: {
			model: modelId,
			prompt: 'A ceramic fox turns its head',
			image_urls: [fox, den],
			task: 'reference_to_video',
			aspect_ratio: '9:16',
			resolution: '360p',
			duration: 3,
		},
	});
});

it('reads the video of Gemini Omni, which may stand in a list', () => {
	const video = [{ url: 'https://cdn.example.org/v.mp4' }];
	expect(
		aimlApi.status.parse(answer(200, { id: jobId, status: 'completed', video })),
	).toMatchObject({
		status: 'completed',
		videoUrl: 'https://cdn.example.org/v.mp4',
	});
	const none = aimlApi.status.parse(answer(200, { id: jobId, status: 'completed', video: [] }));
	expect(outcomeOf(none)).toBe('in_progress');
});

it.each([
	['4ef07b4c-1111-4222-8333-abcdefabcdef', true],
	[jobId, true],
	['V1StGXR8Z5jdHi6BmyT8k', true],
	['task-unified-1760000000-ab12cd34', false],
	['7c1d0a52e9', false],
])('%s as a job id: %s', (id, expected) => {
	expect(aimlApi.jobIdPattern?.test(id)).toBe(expected);
});

it('asks with the id as a query value, colon and slash and all', () => {
	expect(aimlApi.status.build(jobId, 'any')).toEqual({
		method: 'GET',
		path: '/v2/video/generations',
		query: { generation_id: jobId },
	});
});

it('reads a submit: the credits are reserved, two million to the dollar', () => {
	const body = { id: jobId, status: 'queued', meta: { usage: { credits_used: 6_720_000 } } };
	expect(aimlApi.submit.parse(answer(201, body))).toEqual({
		jobId,
		status: 'queued',
		cost: { amount: 3.36, currency: 'USD', kind: 'reserved' },
	});
});

it('reads a finished job: the credits are charged', () => {
	const body = {
		id: jobId,
		status: 'completed',
		video: { url: 'https://cdn.example.org/v.mp4' },
		meta: { usage: { credits_used: 6_720_000, usd_spent: 3.36 } },
	};
	expect(aimlApi.status.parse(answer(200, body))).toEqual({
		status: 'completed',
		videoUrl: 'https://cdn.example.org/v.mp4',
		cost: { amount: 3.36, currency: 'USD', kind: 'charged' },
	});
});

it('a failed generation costs nothing', () => {
	const body = { id: jobId, status: 'error', error: { name: 'GenerationError', message: 'no' } };
	expect(aimlApi.status.parse(answer(200, body))).toMatchObject({
		status: 'failed',
		cost: { amount: 0, currency: 'USD', kind: 'charged' },
	});
});

it.each([
	['queued', 'queued'],
	['waiting', 'queued'],
	['generating', 'in_progress'],
	['active', 'in_progress'],
	['processing', 'in_progress'],
	['a word of next year', 'in_progress'],
	['completed', 'in_progress'],
	['succeeded', 'in_progress'],
])('status "%s" without a video is %s', (status, expected) => {
	expect(outcomeOf(aimlApi.status.parse(answer(200, { id: jobId, status })))).toBe(expected);
});

it.each([
	['name and message', { name: 'GenerationError', message: 'It broke.' }, 'unknown', 'It broke.'],
	[
		'the shape of fal',
		{ detail: [{ loc: ['body'], msg: 'Flagged.', type: 'content_policy_violation' }] },
		'content_policy',
		'Flagged.',
	],
	['a text', 'It broke.', 'unknown', 'It broke.'],
	['nothing', null, 'unknown', 'the job failed without a reason'],
	['a shape nobody knows', { why: 7 }, 'unknown', 'the job failed without a reason'],
])('the error of a failed job as %s', (_, error, code, message) => {
	expect(aimlApi.status.parse(answer(200, { id: jobId, status: 'error', error }))).toMatchObject({
		status: 'failed',
		failure: { code, message },
	});
});

it.each([
	[400, 'Body validation error!', 'validation'],
	[401, 'This request requires a valid API key', 'authentication'],
	[403, "You've run out of credits. Please top up your balance.", 'insufficient_balance'],
	[403, 'Forbidden', 'permission'],
	[404, '', 'not_found'],
	[429, 'Free-tier limit: 10 requests', 'rate_limited (retryable)'],
	[500, 'The model is under maintenance', 'provider_unavailable (retryable)'],
	[502, 'Bad Gateway', 'provider_unavailable (retryable)'],
	[503, 'Service unavailable', 'provider_unavailable (retryable)'],
	[504, 'Generation timeout', 'provider_unavailable (retryable)'],
])('HTTP %i "%s" is %s', (status, message, code) => {
	const body = { message, path: '/v2', requestId: '1', statusCode: String(status) };
	expect(codeOf(aimlApi.submit.parse(answer(status, body)) as never)).toBe(code);
	expect(outcomeOf(aimlApi.status.parse(answer(status, body)))).toBe(`unreadable ${code}`);
});

describe('the price list', () => {
	const id = 'google/veo-3.1-reference-to-video';
	const price = (pricing: object, row: object = { id }) =>
		aimlApi.prices?.parse(
			answer(200, {
				object: 'list',
				data: [
					{ id: 'other', aliases: null },
					{ ...row, pricing },
				],
			}),
			neutralRequest(aimlApi),
		);
	const variants = (...rates: object[]) => ({ kind: 'variants', variants: rates });
	const perSecond = { unit: 'second', per: 1 };
	const fixed = (...rates: object[]) => ({
		kind: 'fixed',
		units: rates.map((rate) => ({ name: 'second', measure: 'output', ...rate })),
	});

	it.each<[string, object, number | undefined]>([
		['fixed per second', fixed({ price: 0.2, per: 1 }), 1.6],
		['per thousand seconds', fixed({ price: 200, per: 1000 }), 1.6],
		['a unit nobody knows', fixed({ name: 'frame', per: 1, price: 1 }), undefined],
		// The example of the documentation.
		[
			'tokens, of which nobody knows how many',
			fixed({ name: 'token', measure: 'output', price: 3.25, per: 1_000_000 }),
			undefined,
		],
		['several units', fixed({ price: 1, per: 1 }, { price: 2, per: 1 }), undefined],
		[
			'the variant of the resolution',
			variants(
				{ when: { resolution: '720p' }, ...perSecond, price: 0.3 },
				{ when: { resolution: '1080p' }, ...perSecond, price: 0.5 },
			),
			2.4,
		],
		[
			'the variant of the audio',
			variants(
				{ when: { generate_audio: true }, ...perSecond, price: 0.4 },
				{ when: { generate_audio: false }, ...perSecond, price: 0.2 },
			),
			1.6,
		],
		[
			'a condition nobody knows',
			variants({ when: { moon: 'full' }, ...perSecond, price: 0.3 }),
			undefined,
		],
		[
			'two variants that match',
			variants({ ...perSecond, price: 1 }, { ...perSecond, price: 2 }),
			undefined,
		],
		['a price below zero', fixed({ price: -1, per: 1 }), undefined],
		['an empty row', { kind: 'variants', variants: [null] }, undefined],
		['an empty rate', { kind: 'fixed', units: [null] }, undefined],
		['a price that is no value', fixed({ price: { toString: null }, per: 1 }), undefined],
		['variable', { kind: 'variable' }, undefined],
		['nothing', {}, undefined],
	])('%s', (_, pricing, expected) => {
		const amount = price(pricing);
		if (expected === undefined) expect(amount).toBeUndefined();
		else expect(amount).toBeCloseTo(expected, 9);
	});

	it('conditions on what only Gemini Omni is sent', () => {
		const omni = neutralRequest(aimlApi, { modelId: 'google/gemini-omni-1.1-flash' });
		const rates = ['360p', '720p'].map((resolution, index) => ({
			when: { resolution, task: 'reference_to_video', aspect_ratio: '16:9' },
			...perSecond,
			price: 0.1 * (index + 1),
		}));
		const data = [{ id: omni.model.id, pricing: variants(...rates) }];
		expect(aimlApi.prices?.parse(answer(200, { data }), omni)).toBeCloseTo(1.6, 9);
	});

	it('a superseded id is answered with the row of its successor', () => {
		const rate = fixed({ price: 0.2, per: 1 });
		expect(price(rate, { id: 'google/veo-9', aliases: ['other', id] })).toBeCloseTo(1.6, 9);
		expect(price(rate, { id: 'google/veo-9', aliases: ['other'] })).toBeUndefined();
	});

	it('an answer without the model', () => {
		expect(
			aimlApi.prices?.parse(answer(200, { data: [] }), neutralRequest(aimlApi)),
		).toBeUndefined();
		expect(aimlApi.prices?.parse(answer(500), neutralRequest(aimlApi))).toBeUndefined();
	});
});
