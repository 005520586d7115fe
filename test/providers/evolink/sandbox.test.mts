import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { askBare, clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const submitPath = '/evolink/v1/videos/generations';
const tasks = '/evolink/v1/tasks';
const upload = '/evolink-files/api/v1/files/upload';
const image = 'https://cdn.example.org/boat.png';
const input = {
	model: 'veo-3.1-generate-preview',
	prompt: 'A paper boat crosses a puddle',
	generation_type: 'REFERENCE',
	image_urls: [image],
	duration: 8,
};
const png = Buffer.from('\x89PNG\r\n\x1a\n rest', 'latin1');

const sandbox = useSandbox();
const ask = clientOf(sandbox, 'Bearer');

async function submit(more: object = {}): Promise<string> {
	const { status, data } = await ask('post', submitPath, { ...input, ...more });
	expect({ status, data }).toMatchObject({ status: 200 });
	return data.id;
}

async function finished(more: object = {}): Promise<string> {
	const id = await submit(more);
	sandbox().finish(id);
	return id;
}

describe('EvoLink: credentials', () => {
	it('has an address for the API and one for files', () => {
		expect(sandbox().credentials.evolink).toEqual({
			apiKey: sandbox().apiKey,
			baseUrl: `${sandbox().url}/evolink`,
			filesUrl: `${sandbox().url}/evolink-files`,
		});
	});

	it.each([
		['no key', undefined],
		['a wrong key', 'Bearer other'],
		['the wrong scheme', 'Key sandbox-key'],
	])('refuses %s with 401', async (_name, Authorization) => {
		const headers = { Authorization };
		const submitted = await ask('post', submitPath, input, { headers });
		expect(submitted).toMatchObject({ status: 401, data: { error: { code: 'unauthorized' } } });
		expect(sandbox().jobs()).toEqual([]);
		const credits = await ask('get', '/evolink/v1/credits', undefined, { headers });
		expect(credits).toMatchObject({ status: 401, data: { error: { code: 401 } } });
		const stored = await ask('post', `${upload}/url`, { file_url: image }, { headers });
		expect(stored).toMatchObject({ status: 401, data: { success: false, code: 401 } });
	});

	it('knows a submit again by its idempotency key, as EvoLink’s own client expects', async () => {
		const headers = { 'Idempotency-Key': `run_${'a'.repeat(32)}` };
		const first = await ask('post', submitPath, input, { headers });
		const second = await ask('post', submitPath, input, { headers });
		expect(first.headers).not.toHaveProperty('idempotency-replayed');
		expect(second).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
		expect(second.data).toEqual(first.data);
		const other = await ask('post', submitPath, { ...input, prompt: 'A kite' }, { headers });
		expect(other).toMatchObject({ status: 409, data: { error: { code: 'idempotency_conflict' } } });
		const short = { 'Idempotency-Key': 'short' };
		expect((await ask('post', submitPath, input, { headers: short })).status).toBe(400);
		expect(sandbox().jobs()).toHaveLength(1);
	});

	it('may accept a submit and not say so', async () => {
		const prompt = 'A kite #sandbox:outcome-unknown';
		const lost = await ask('post', submitPath, { ...input, prompt });
		expect(lost).toMatchObject({ status: 409, data: { error: { code: 'paid_outcome_unknown' } } });
		expect(sandbox().jobs()).toHaveLength(1);
	});

	it('tells the credits', async () => {
		const { status, data } = await ask('get', '/evolink/v1/credits');
		const account = { remaining_credits: expect.any(Number), used_credits: expect.any(Number) };
		expect(status).toBe(200);
		expect(data).toEqual({
			data: { token: { ...account, unlimited_credits: false }, user: account },
			message: '',
			success: true,
		});
	});
});

describe('EvoLink: submit', () => {
	it('answers with little more than the id', async () => {
		const { status, data } = await ask('post', submitPath, input);
		expect(status).toBe(200);
		expect(data).toEqual({
			created: expect.any(Number),
			id: expect.stringMatching(/^task-unified-\d{10}-[a-z0-9]{8}$/),
			model: input.model,
			status: 'pending',
		});
		expect(sandbox().jobs()).toMatchObject([{ id: data.id, provider: 'evolink', request: input }]);
	});

	it('can answer in full', async () => {
		const prompt = 'a #sandbox:full-submit';
		const { data } = await ask('post', submitPath, { ...input, prompt, generate_audio: false });
		expect(data).toMatchObject({
			object: 'video.generation.task',
			task_info: { can_cancel: false, video_duration: 8 },
			usage: { billing_rule: 'per_second', credits_reserved: 46.08 },
		});
	});

	it('takes every documented field of the mode', async () => {
		await submit({
			model: 'veo-3.1-fast-generate-preview',
			prompt: 'x'.repeat(2000),
			image_urls: [image, image, image],
			aspect_ratio: '16:9',
			quality: '4k',
			generate_audio: true,
			callback_url: 'https://app.example.org/hook',
		});
	});

	it.each([
		['a WebP image', { image_urls: ['https://a.example/b.webp'] }, 'image_urls.0'],
		['an unknown field', { extra: 1 }, 'extra'],
		['a resolution, which is called quality', { resolution: '720p' }, 'resolution'],
		['another quality', { quality: '480p' }, 'quality'],
		['no duration, as 4 is the default', { duration: undefined }, 'duration'],
		['a duration of 4', { duration: 4 }, 'duration'],
		['a text for the duration', { duration: '8' }, 'duration'],
		['a vertical ratio', { aspect_ratio: '9:16' }, 'aspect_ratio'],
		['an automatic ratio', { aspect_ratio: 'auto' }, 'aspect_ratio'],
		['no mode', { generation_type: undefined }, 'generation_type'],
		['another mode', { generation_type: 'FIRST&LAST' }, 'generation_type'],
		['a number of videos', { n: 1 }, 'n'],
		['a seed', { seed: 7 }, 'seed'],
		['a negative prompt', { negative_prompt: 'rain' }, 'negative_prompt'],
		['persons', { person_generation: 'allow_adult' }, 'person_generation'],
		['a resize mode', { resize_mode: 'pad' }, 'resize_mode'],
		['a text for a boolean', { generate_audio: 'false' }, 'generate_audio'],
		['no prompt', { prompt: undefined }, 'prompt'],
		['a long prompt', { prompt: 'x'.repeat(2001) }, 'prompt'],
		['no images', { image_urls: undefined }, 'image_urls'],
		['an empty list', { image_urls: [] }, 'image_urls'],
		['four images', { image_urls: Array(4).fill(image) }, 'image_urls'],
		['a path as image', { image_urls: ['b.png'] }, 'image_urls.0'],
		['the image field of AIHubMax', { reference_image_urls: [image] }, 'reference_image_urls'],
		['an unknown model', { model: 'veo-3.1-reference-to-video' }, 'model'],
		['a callback over http', { callback_url: 'http://app.example.org/hook' }, 'callback_url'],
		['a callback to a private address', { callback_url: 'https://172.20.0.5/' }, 'callback_url'],
		['a long callback', { callback_url: `https://a.example/${'x'.repeat(2040)}` }, 'callback_url'],
		['an unknown directive', { prompt: 'a #sandbox:late-results' }, 'prompt'],
	])('answers 400 to %s', async (_name, more, param) => {
		const { status, data } = await ask('post', submitPath, { ...input, ...more });
		const message = expect.any(String);
		const type = 'invalid_request_error';
		expect(status).toBe(400);
		expect(data).toEqual({ error: { code: 'invalid_request', message, type, param } });
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 402 to a key whose own limit is used up', async () => {
		const prompt = 'a #sandbox:key-limit';
		expect(await ask('post', submitPath, { ...input, prompt })).toMatchObject({
			status: 402,
			data: { error: { code: 'insufficient_token_quota' } },
		});
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 400 to a body that is no JSON and 413 beyond 4 MB', async () => {
		const headers = { 'Content-Type': 'application/json' };
		expect((await ask('post', submitPath, Buffer.from('{'), { headers })).status).toBe(400);
		const large = await ask('post', submitPath, { ...input, prompt: 'x'.repeat(4 * 2 ** 20) });
		expect(large.status).toBe(413);
	});

	it('answers 402 without money and accepts nothing', async () => {
		const prompt = 'a #sandbox:no-balance';
		const { status, data } = await ask('post', submitPath, { ...input, prompt });
		expect({ status, data }).toMatchObject({
			status: 402,
			data: { error: { code: 'insufficient_quota' } },
		});
		expect(sandbox().jobs()).toEqual([]);
	});
});

describe('EvoLink: tasks', () => {
	it('goes from pending over processing to completed', async () => {
		const id = await submit();
		const seen = new Set<string>();
		while (!seen.has('completed')) {
			seen.add((await ask('get', `${tasks}/${id}`)).data.status);
			await sleep(30);
		}
		expect([...seen]).toEqual(['pending', 'processing', 'completed']);
	});

	it('gives the video as a plain address', async () => {
		const id = await finished();
		const { data } = await ask('get', `${tasks}/${id}`);
		expect(data).toEqual({
			created: Number(id.split('-')[2]),
			id,
			model: input.model,
			object: 'video.generation.task',
			progress: 100,
			results: [expect.stringMatching(/-16x9\.mp4$/)],
			status: 'completed',
			task_info: { can_cancel: false },
			type: 'video',
		});
		expect((await askBare(data.results[0])).status).toBe(200);
	});

	it.each([
		['content-policy', 'content_policy_violation'],
		['image-unreadable', 'image_processing_error'],
		['generation-failed', 'service_error'],
		['canceled', 'request_cancelled'],
		['quota', 'quota_exceeded'],
	])('fails by %s with %s', async (directive, code) => {
		const id = await finished({ prompt: `a #sandbox:${directive}` });
		const { status, data } = await ask('get', `${tasks}/${id}`);
		expect(status).toBe(200);
		expect(data).toMatchObject({ id, status: 'failed', progress: 100 });
		expect(data.error).toEqual({ code, message: expect.any(String), type: 'task_error' });
		expect(data).not.toHaveProperty('results');
	});

	it('tells a wrong id from an unknown one', async () => {
		expect(await ask('get', `${tasks}/other`)).toMatchObject({
			status: 400,
			data: { error: { code: 'invalid_task_id' } },
		});
		expect(await ask('get', `${tasks}/task-unified-1-a`)).toMatchObject({
			status: 404,
			data: { error: { code: 'task_not_found' } },
		});
		expect((await ask('get', '/evolink/v2')).status).toBe(404);
	});
});

describe('EvoLink: callback', () => {
	it.each([
		['a finished job', input.prompt],
		['a failed job', 'a #sandbox:canceled'],
	])('posts the task of %s unsigned, until it is taken', async (_name, prompt) => {
		const received: { headers: object; body: string }[] = [];
		const receiver = createServer(async (request, response) => {
			let body = '';
			for await (const chunk of request) body += chunk;
			received.push({ headers: request.headers, body });
			response.statusCode = received.length < 3 ? 302 : 204;
			response.end();
		}).listen(0, '127.0.0.1');
		await once(receiver, 'listening');
		try {
			const { port } = receiver.address() as AddressInfo;
			const settings = { allowHttpCallbacks: true, callbackRetryMilliseconds: 10 };
			Object.assign(sandbox().settings, settings);
			const id = await finished({ prompt, callback_url: `http://127.0.0.1:${port}/hook` });
			while (received.length < 3) await sleep(10);
			await sleep(60);
			expect(received).toHaveLength(3);
			const { data } = await ask('get', `${tasks}/${id}`);
			expect(JSON.parse(received[2].body)).toEqual(data);
			expect(received[2].headers).not.toHaveProperty('authorization');
			expect(sandbox().deliveries[2].headers).toEqual({ 'Content-Type': 'application/json' });
		} finally {
			receiver.close();
			receiver.closeAllConnections();
		}
	});

	it('gives up after three retries', async () => {
		const settings = { allowHttpCallbacks: true, callbackRetryMilliseconds: 1 };
		Object.assign(sandbox().settings, settings);
		await finished({ callback_url: 'http://127.0.0.1:1/closed' });
		await sleep(300);
		expect(sandbox().deliveries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
	});
});

describe('EvoLink: uploads', () => {
	const fileOf = (bytes: Buffer, name: string, field = 'file'): FormData => {
		const form = new FormData();
		form.append(field, new Blob([new Uint8Array(bytes)]), name);
		return form;
	};

	it('takes base64, a stream and an address, and gives the same bytes back', async () => {
		const base64_data = png.toString('base64');
		const first = await ask('post', `${upload}/base64`, { base64_data });
		expect(first).toMatchObject({ status: 200 });
		const { file_url } = first.data.data;
		const others = [
			await ask('post', `${upload}/base64`, {
				base64_data: `data:image/png;base64,${base64_data}`,
			}),
			await ask('post', `${upload}/stream`, fileOf(png, 'a.png')),
			await ask('post', `${upload}/url`, { file_url }),
		];
		for (const { status, data } of [first, ...others]) {
			expect({ status, data }).toMatchObject({ status: 200, data: { success: true, code: 200 } });
			expect(Date.parse(data.data.expires_at) - Date.now()).toBeCloseTo(72 * 3_600_000, -5);
			const read = await askBare(data.data.file_url, { responseType: 'arraybuffer' });
			expect(read.data).toEqual(png);
		}
		await finished({ image_urls: [file_url] });
		expect(sandbox().jobs()).toMatchObject([{ state: 'completed' }]);
	});

	it('keeps a stand-in for a file from elsewhere', async () => {
		const { data } = await ask('post', `${upload}/url`, { file_url: image });
		const read = await askBare(data.data.file_url);
		expect(read).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } });
	});

	it('refuses what is no image, too large, missing or out of reach', async () => {
		const text = Buffer.from('hello');
		const noImage = await ask('post', `${upload}/stream`, fileOf(text, 'a.txt'));
		expect(noImage).toMatchObject({ status: 400, data: { success: false, code: 400 } });
		const large = Buffer.concat([png, Buffer.alloc(10 * 2 ** 20)]);
		expect((await ask('post', `${upload}/stream`, fileOf(large, 'a.png'))).status).toBe(413);
		expect((await ask('post', `${upload}/stream`, fileOf(png, 'a.png', 'files'))).status).toBe(400);
		expect((await ask('post', `${upload}/base64`, { file_data: 'aaaa' })).status).toBe(400);
		const hidden = await ask('post', `${upload}/url`, { file_url: 'http://192.168.0.1/a.png' });
		expect(hidden.status).toBe(400);
	});
});
