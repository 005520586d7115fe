import { askBare, clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const generations = '/aimlapi/v2/video/generations';
const model = 'google/veo-3.1-reference-to-video';
const input = {
	model,
	prompt: 'A tin whale surfaces in a bathtub',
	image_urls: ['https://cdn.example.org/whale.png'],
};

const sandbox = useSandbox();
const ask = clientOf(sandbox, 'Bearer');

async function submit(more: object = {}): Promise<string> {
	const { status, data } = await ask('post', generations, { ...input, ...more });
	expect({ status, data }).toMatchObject({ status: 201 });
	return data.id;
}

async function fetchJob(generation_id: string) {
	return await ask('get', generations, undefined, { params: { generation_id } });
}

async function finished(prompt = input.prompt, more: object = {}) {
	const id = await submit({ prompt, ...more });
	sandbox().finish(id);
	return await fetchJob(id);
}

function errorBody(statusCode: string, path: string, message: unknown) {
	const requestId = expect.any(String);
	return { message, path, requestId, statusCode, timestamp: expect.stringMatching(/^\d{4}-.+Z$/) };
}

describe('aimlapi: the key', () => {
	it('is given with the address of the API', () => {
		const { apiKey, url, credentials } = sandbox();
		expect(credentials.aimlapi).toEqual({ apiKey, baseUrl: `${url}/aimlapi` });
	});

	it.each([
		['no key', undefined],
		['a wrong key', 'Bearer other'],
		['the wrong scheme', 'Key sandbox-key'],
	])('refuses %s with 401 and accepts nothing', async (_name, Authorization) => {
		const headers = { Authorization };
		const message = expect.stringContaining('This request requires a valid API key');
		const submitted = await ask('post', generations, input, { headers });
		expect(submitted.status).toBe(401);
		expect(submitted.data).toEqual(errorBody('401', '/v2/video/generations', message));
		for (const path of [
			'/v2/billing',
			'/v1/billing/balance',
			'/v2/video/generations?generation_id=a',
		]) {
			expect((await ask('get', `/aimlapi${path}`, undefined, { headers })).status).toBe(401);
		}
		expect(sandbox().jobs()).toEqual([]);
	});
});

describe('aimlapi: submit', () => {
	it('traces the request and its cost in headers, and drops a client id it cannot use', async () => {
		const headers = { 'X-Client-Request-Id': 'row:7' };
		const answer = await ask('post', generations, input, { headers });
		expect(answer.headers).toMatchObject({
			'x-inference-id': expect.any(String),
			'x-client-request-id': 'row:7',
			'x-aimlapi-credits-used': '6720000',
			'x-aimlapi-usd-spent': '3.36',
		});
		const other = await ask('post', generations, input, {
			headers: { 'X-Client-Request-Id': 'row 7' },
		});
		expect(other.status).toBe(201);
		expect(other.headers).not.toHaveProperty('x-client-request-id');
	});

	it('answers 201 with an id that holds the model, and the credits', async () => {
		const { status, data } = await ask('post', generations, input);
		expect(status).toBe(201);
		expect(data).toEqual({
			id: expect.stringMatching(
				/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}:google\/veo-3\.1-reference-to-video$/,
			),
			status: 'queued',
			meta: { usage: { credits_used: 6_720_000 } },
		});
		expect(sandbox().jobs()).toMatchObject([
			{ id: data.id, provider: 'aimlapi', model, request: input },
		]);
	});

	it.each([
		['bare-id', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/],
		['short-id', /^[\w-]{21}$/],
	])('can give an id of the other documented shapes: %s', async (directive, shape) => {
		const id = await submit({ prompt: `a #sandbox:${directive}` });
		expect(id).toMatch(shape);
		expect((await fetchJob(id)).status).toBe(200);
	});

	it('takes every documented field', async () => {
		const more = { duration: 8, resolution: '720p', generate_audio: false, provider: 'Google' };
		const { data } = await ask('post', generations, { ...input, ...more });
		expect(data.meta.usage.credits_used).toBe(3_360_000);
		await submit({ resolution: '1080p', generate_audio: true, provider: 'fal' });
		await submit({ provider: 'AUTO' });
	});

	it.each([
		['an unknown field', { seed: 1 }, 'seed'],
		['an aspect ratio', { aspect_ratio: '16:9' }, 'aspect_ratio'],
		['a text for the duration', { duration: '8' }, 'duration'],
		['another duration', { duration: 4 }, 'duration'],
		['4k', { resolution: '4k' }, 'resolution'],
		['a text for a boolean', { generate_audio: 'true' }, 'generate_audio'],
		['another provider', { provider: 'aws' }, 'provider'],
		['another model', { model: 'google/veo-3.1' }, 'model'],
		['no model', { model: undefined }, 'model'],
		['no prompt', { prompt: undefined }, 'prompt'],
		['an empty prompt', { prompt: '' }, 'prompt'],
		['no images', { image_urls: undefined }, 'image_urls'],
		['an empty list', { image_urls: [] }, 'image_urls'],
		['one string', { image_urls: 'https://a.example/b.png' }, 'image_urls'],
		['a path as image', { image_urls: ['b.png'] }, 'image_urls.0'],
		['a data URI', { image_urls: ['data:image/png;base64,AAAA'] }, 'image_urls.0'],
		['an unknown directive', { prompt: 'a #sandbox:refunded' }, 'refunded'],
	])('answers 400 to %s', async (_name, more, hint) => {
		const { status, data } = await ask('post', generations, { ...input, ...more });
		expect(status).toBe(400);
		const message = expect.stringMatching(/^Body validation error! /);
		expect(data).toEqual(errorBody('400', '/v2/video/generations', message));
		expect(data.message).toContain(hint);
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 400 to a body that is no JSON', async () => {
		const headers = { 'Content-Type': 'application/json' };
		const broken = await ask('post', generations, Buffer.from('{"model":'), { headers });
		expect(broken).toMatchObject({ status: 400, data: { statusCode: '400' } });
		expect((await ask('post', generations, new URLSearchParams({ model }))).status).toBe(400);
	});

	it('answers 403 to an account without credits and accepts nothing', async () => {
		const prompt = 'a #sandbox:no-balance';
		const { status, data } = await ask('post', generations, { ...input, prompt });
		expect(status).toBe(403);
		const message = expect.stringContaining("You've run out of credits");
		expect(data).toEqual(errorBody('403', '/v2/video/generations', message));
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 404 to other paths and methods', async () => {
		const path = '/v2/generate/video/google/generation';
		const { status, data } = await ask('post', `/aimlapi${path}`, input);
		expect(status).toBe(404);
		expect(data).toEqual(errorBody('404', path, expect.any(String)));
		expect((await ask('delete', generations)).status).toBe(404);
	});
});

describe('aimlapi: fetch', () => {
	async function seen(prompt: string): Promise<string[]> {
		const id = await submit({ prompt });
		const statuses: string[] = [];
		for (let url; !url;) {
			const { data } = await fetchJob(id);
			url = data.video?.url;
			if (statuses.at(-1) !== data.status) statuses.push(data.status);
			await new Promise((resolve) => setTimeout(resolve, 30));
		}
		return statuses;
	}

	it('goes from queued over generating to completed', async () => {
		expect(await seen('a #sandbox:seconds=0.6')).toEqual(['queued', 'generating', 'completed']);
	});

	it('can use the words of older pages', async () => {
		const prompt = 'a #sandbox:seconds=0.6 #sandbox:old-words';
		expect(await seen(prompt)).toEqual(['waiting', 'active', 'succeeded']);
	});

	it('gives the video and what it cost', async () => {
		const { status, data } = await finished();
		expect(status).toBe(200);
		expect(data).toEqual({
			id: expect.any(String),
			status: 'completed',
			video: { url: expect.stringMatching(/\/media\/.+-16x9\.mp4$/) },
			meta: { usage: { credits_used: 6_720_000, usd_spent: 3.36 } },
		});
		const video = await askBare(data.video.url, { responseType: 'arraybuffer' });
		expect(video).toMatchObject({ status: 200, headers: { 'content-type': 'video/mp4' } });
		const silent = await finished('a', { generate_audio: false });
		expect(silent.data.meta.usage).toEqual({ credits_used: 3_360_000, usd_spent: 1.68 });
	});

	it('answers 404 to an unknown id and 400 to none', async () => {
		const { status, data } = await fetchJob(`0:${model}`);
		expect(status).toBe(404);
		expect(data).toEqual(errorBody('404', '/v2/video/generations', expect.any(String)));
		expect((await ask('get', generations)).status).toBe(400);
	});

	it('says error with name and message for a generation that failed', async () => {
		const { status, data } = await finished('a #sandbox:generation-failed');
		expect(status).toBe(200);
		expect(data).toEqual({
			id: expect.any(String),
			status: 'error',
			error: { name: 'GenerationError', message: expect.any(String) },
		});
	});

	it.each(['content-policy', 'fal-error'])('says %s in the shape of fal', async (directive) => {
		const { data } = await finished(`a #sandbox:${directive}`);
		expect(data).toMatchObject({
			status: 'error',
			error: {
				detail: [
					{ loc: ['body', 'prompt'], msg: expect.any(String), type: 'content_policy_violation' },
				],
			},
		});
	});

	it('names the image that could not be downloaded', async () => {
		const image_urls = ['https://a.example/1.png', 'http://192.168.1.4/2.png'];
		for (const [prompt, image] of [
			['a #sandbox:image-unreadable', 0],
			['a', 1],
		] as const) {
			const { data } = await finished(prompt, { image_urls });
			expect(data).toMatchObject({ status: 'error', error: { detail: [{}] } });
			expect(data.error.detail[0]).toMatchObject({
				loc: ['body', 'image_urls', image],
				type: 'file_download_error',
			});
		}
	});

	it('never ends a job that shall never end', async () => {
		const id = await submit({ prompt: 'a #sandbox:never' });
		await new Promise((resolve) => setTimeout(resolve, 700));
		expect((await fetchJob(id)).data.status).toBe('generating');
	});
});

describe('aimlapi: account and models', () => {
	it('gives the balance in dollars and, at the old address, in credits', async () => {
		const { status, data } = await ask('get', '/aimlapi/v2/billing');
		expect({ status, data }).toEqual({
			status: 200,
			data: { current_balance: expect.any(Number), currency: 'USD' },
		});
		const old = await ask('get', '/aimlapi/v1/billing/balance');
		expect(old.data).toMatchObject({
			balance: data.current_balance * 2_000_000,
			lowBalance: false,
		});
	});

	it('lists its models to anyone, also with a wrong key', async () => {
		const info = { name: expect.any(String), developer: 'Google' };
		const rest = { aliases: [], type: 'video', info, tags: [] };
		const entries = [model, 'google/gemini-omni-1.1-flash'].map((id) => ({ id, ...rest }));
		const { status, data } = await askBare(`${sandbox().url}/aimlapi/v1/models`);
		expect({ status, data }).toEqual({ status: 200, data: { object: 'list', data: entries } });
		const headers = { Authorization: 'Bearer other' };
		expect((await ask('get', '/aimlapi/v1/models', undefined, { headers })).status).toBe(200);
	});

	it('gives prices only when asked to include them', async () => {
		const models = async (params: object) => {
			const { data } = await askBare(`${sandbox().url}/aimlapi/v1/models`, { params });
			return data.data;
		};
		expect(await models({ id: 'other', include: 'pricing' })).toEqual([]);
		expect((await models({ id: model }))[0]).not.toHaveProperty('pricing');
		expect((await models({ id: model, include: 'prices' }))[0]).not.toHaveProperty('pricing');
		const [{ pricing }] = await models({ id: model, include: 'modalities,pricing' });
		expect(pricing).toMatchObject({
			kind: 'variants',
			dimensions: ['resolution', 'generate_audio'],
		});
		expect(pricing.variants).toHaveLength(4);
		expect(pricing.variants[0]).toEqual({
			when: { resolution: '720p', generate_audio: false },
			price: 0.21,
			unit: 'second',
			per: 1,
		});
		const when = { resolution: '1080p', generate_audio: true };
		expect(pricing.variants).toContainEqual({ when, price: 0.42, unit: 'second', per: 1 });
	});
});

it('aimlapi: an injected status has the provider’s own body', async () => {
	sandbox().inject({ provider: 'aimlapi', call: 'submit', fault: { kind: 'status', status: 429 } });
	const { status, data } = await ask('post', generations, input);
	expect(status).toBe(429);
	expect(data).toEqual(errorBody('429', '/v2/video/generations', 'Too Many Requests'));
});
