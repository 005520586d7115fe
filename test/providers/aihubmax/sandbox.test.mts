import { setTimeout as sleep } from 'node:timers/promises';
import { askBare, clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const submitPath = '/aihubmax/v1/videos/generations';
const tasks = '/aihubmax/v1/tasks';
const upload = '/aihubmax/v1/files/upload';
const image = 'https://cdn.example.org/boat.png';
const fast = 'veo-3.1-fast-reference-to-video';
const input = {
	model: 'veo-3.1-reference-to-video',
	prompt: 'A paper boat crosses a puddle',
	reference_image_urls: [image],
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

function errorOf(type: string, code = type): object {
	return { error: { message: expect.stringMatching(/\(request_id: [\w-]+\)$/), type, code } };
}

describe('AIHubMax: credentials', () => {
	it('has one address beside the key', () => {
		const baseUrl = `${sandbox().url}/aihubmax`;
		expect(sandbox().credentials.aihubmax).toEqual({ apiKey: sandbox().apiKey, baseUrl });
	});

	it.each([
		['no key', undefined],
		['a wrong key', 'Bearer other'],
		['the wrong scheme', 'Key sandbox-key'],
	])('refuses %s with 401', async (_name, Authorization) => {
		const headers = { Authorization };
		const submitted = await ask('post', submitPath, input, { headers });
		expect(submitted.status).toBe(401);
		expect(submitted.data).toEqual(errorOf('authentication_error'));
		expect(sandbox().jobs()).toEqual([]);
		expect((await ask('get', '/aihubmax/v1/models', undefined, { headers })).status).toBe(401);
	});

	it('lists its models to the key and its prices to everybody', async () => {
		const { data } = await ask('get', '/aihubmax/v1/models');
		expect(data.data).toMatchObject([{ id: input.model }, { id: fast }]);
		const prices = await askBare(`${sandbox().url}/aihubmax/api/pricing`);
		expect(prices.status).toBe(200);
		expect(prices.data.data[0]).toMatchObject({ model_name: input.model, quota_type: 1 });
		expect(prices.data.group_ratio).toEqual({ default: 1 });
	});

	it('tells limit and usage', async () => {
		const billing = '/aihubmax/dashboard/billing';
		expect((await ask('get', `${billing}/subscription`)).data).toEqual({ hard_limit_usd: 1e8 });
		expect((await ask('get', `${billing}/usage`)).data).toEqual({ total_usage: 250 });
	});
});

describe('AIHubMax: submit', () => {
	it('answers with a pending task and the reserved credits', async () => {
		const { status, data } = await ask('post', submitPath, input);
		expect(status).toBe(200);
		expect(data).toEqual({
			created: expect.any(Number),
			id: expect.stringMatching(/^task-unified-\d{10}-[a-z0-9]{8}$/),
			model: input.model,
			object: 'video.generation.task',
			progress: 0,
			status: 'pending',
			type: 'video',
			task_info: { can_cancel: false, estimated_time: 1 },
			usage: { credits_reserved: 3.2, user_group: 'default' },
		});
		expect(data.id).toContain(`-${data.created}-`);
		expect(sandbox().jobs()).toMatchObject([{ id: data.id, provider: 'aihubmax', request: input }]);
	});

	it('takes every documented field', async () => {
		const common = {
			reference_image_urls: [image, image, image],
			aspect_ratio: '9:16',
			duration: 8,
			resolution: '4k',
			generate_audio: true,
			auto_fix: false,
			safety_tolerance: 6,
		};
		await submit({
			...common,
			enhance_prompt: true,
			person_generation: 'allow_adult',
			reference_type: 'STYLE',
		});
		await submit({ ...common, model: fast });
	});

	it.each<[string, object, string?]>([
		['an unknown field', { seed: 1 }],
		['a callback address', { callback_url: 'https://app.example.org/hook' }],
		['the image field of EvoLink', { image_urls: [image] }],
		['a duration of 4', { duration: 4 }],
		['a text for the duration', { duration: '8' }],
		['a text for the tolerance', { safety_tolerance: '4' }],
		['a tolerance of 0', { safety_tolerance: 0 }],
		['a tolerance beyond 6', { safety_tolerance: 7 }],
		['a broken number for the tolerance', { safety_tolerance: 2.5 }],
		['a text for a boolean', { generate_audio: 'false' }],
		['another ratio', { aspect_ratio: '1:1' }],
		['another resolution', { resolution: '480p' }],
		['no prompt', { prompt: undefined }],
		['no model', { model: undefined }],
		['an unknown model', { model: 'veo-3.1-generate-preview' }, 'model_not_found'],
		['no images', { reference_image_urls: undefined }],
		['an empty list', { reference_image_urls: [] }],
		['four images', { reference_image_urls: Array(4).fill(image) }],
		['a path as image', { reference_image_urls: ['b.png'] }, 'invalid_image_url'],
		['a prompt enhancement of the fast model', { model: fast, enhance_prompt: true }],
		['persons at the fast model', { model: fast, person_generation: 'dont_allow' }],
		['a reference type of the fast model', { model: fast, reference_type: 'ASSET' }],
		['an unknown directive', { prompt: 'a #sandbox:canceled' }],
		['a model that is gone', { prompt: 'a #sandbox:model-not-found' }, 'model_not_found'],
	])('answers 422 to %s', async (_name, more, code = 'validation_error') => {
		const { status, data } = await ask('post', submitPath, { ...input, ...more });
		expect(status).toBe(422);
		expect(data).toEqual(errorOf('validation_error', code));
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 400 to a body that is no JSON', async () => {
		const headers = { 'Content-Type': 'application/json' };
		const { status, data } = await ask('post', submitPath, Buffer.from('{'), { headers });
		expect(status).toBe(400);
		expect(data).toEqual(errorOf('invalid_request_error'));
	});

	it('answers 402 without money and accepts nothing', async () => {
		const prompt = 'a #sandbox:no-balance';
		const { status, data } = await ask('post', submitPath, { ...input, prompt });
		expect(status).toBe(402);
		expect(data).toEqual(errorOf('insufficient_quota'));
		expect(sandbox().jobs()).toEqual([]);
	});
});

describe('AIHubMax: tasks', () => {
	it('goes from pending over processing to completed', async () => {
		const id = await submit();
		const seen = new Set<string>();
		while (!seen.has('completed')) {
			const { status, data } = await ask('get', `${tasks}/${id}?sync_upstream=true`);
			expect(status).toBe(200);
			seen.add(data.status);
			await sleep(30);
		}
		expect([...seen]).toEqual(['pending', 'processing', 'completed']);
	});

	it('gives the video as an object, and no created', async () => {
		const id = await finished({ aspect_ratio: '9:16' });
		const { data } = await ask('get', `${tasks}/${id}`);
		const url = expect.stringMatching(/-9x16\.mp4$/);
		const results = [{ url, content_type: 'video/mp4' }];
		expect(data).toEqual({ id, status: 'completed', progress: 100, results });
		expect((await askBare(data.results[0].url)).status).toBe(200);
	});

	it('can be completed before its results are there', async () => {
		const id = await finished({ prompt: 'a #sandbox:late-results' });
		const early = await ask('get', `${tasks}/${id}`);
		expect(early.data).toEqual({ id, status: 'completed', progress: 100, results: null });
		await sleep(550);
		expect((await ask('get', `${tasks}/${id}`)).data.results).toHaveLength(1);
	});

	it.each([
		['content-policy', 'content_policy_violation'],
		['image-unreadable', 'image_processing_error'],
		['generation-failed', 'service_error'],
	])('fails by %s with %s', async (directive, code) => {
		const id = await finished({ prompt: `a #sandbox:${directive}` });
		const { status, data } = await ask('get', `${tasks}/${id}`);
		const error = { code, message: expect.any(String), type: 'task_error' };
		expect({ status, data }).toEqual({
			status: 200,
			data: { id, status: 'failed', progress: 100, error },
		});
	});

	it('fails where an image cannot be reached', async () => {
		await finished({ reference_image_urls: [image, 'http://10.0.0.3/a.png'] });
		expect(sandbox().jobs()).toMatchObject([{ failure: { reason: 'image-unreadable', image: 1 } }]);
	});

	it('answers 404 to an unknown task and an unknown path', async () => {
		for (const path of [`${tasks}/task-unified-1-a`, `${tasks}/other`, '/aihubmax/v2']) {
			const { status, data } = await ask('get', path);
			expect({ status, data }).toEqual({ status: 404, data: errorOf('not_found') });
		}
	});
});

describe('AIHubMax: uploads', () => {
	const fileOf = (bytes: Buffer, name: string, field = 'file'): FormData => {
		const form = new FormData();
		form.append(field, new Blob([new Uint8Array(bytes)]), name);
		return form;
	};

	it('takes base64, a stream and an address, and gives the same bytes back', async () => {
		const file_data = png.toString('base64');
		const first = await ask('post', `${upload}/base64`, { file_data, file_name: 'a.png' });
		expect(first).toMatchObject({ status: 200 });
		const { url } = first.data;
		const others = [
			await ask('post', `${upload}/base64`, { file_data: `data:image/png;base64,${file_data}` }),
			await ask('post', `${upload}/stream`, fileOf(png, 'a.png')),
			await ask('post', `${upload}/url`, { url, file_name: 'b.png' }),
		];
		for (const { status, data } of [first, ...others]) {
			expect(status).toBe(200);
			expect(data).toEqual({
				id: expect.any(String),
				filename: expect.any(String),
				url: expect.stringContaining('/files/'),
				size: png.length,
				created: expect.any(Number),
			});
			expect((await askBare(data.url, { responseType: 'arraybuffer' })).data).toEqual(png);
		}
		await finished({ reference_image_urls: [url] });
		expect(sandbox().jobs()).toMatchObject([{ state: 'completed' }]);
	});

	it('refuses what is no image, too large, missing or out of reach', async () => {
		const text = Buffer.from('hello');
		const noImage = await ask('post', `${upload}/stream`, fileOf(text, 'a.txt'));
		expect(noImage.status).toBe(422);
		expect(noImage.data).toEqual(errorOf('validation_error', 'invalid_file_type'));
		const large = Buffer.concat([png, Buffer.alloc(10 * 2 ** 20)]);
		expect(await ask('post', `${upload}/stream`, fileOf(large, 'a.png'))).toMatchObject({
			status: 413,
			data: { error: { code: 'file_too_large_error' } },
		});
		expect((await ask('post', `${upload}/stream`, fileOf(png, 'a.png', 'files'))).status).toBe(400);
		expect((await ask('post', `${upload}/base64`, { file_data: '%%' })).status).toBe(400);
		expect((await ask('post', `${upload}/base64`, { base64_data: 'aaaa' })).status).toBe(422);
		const hidden = await ask('post', `${upload}/url`, { url: 'http://192.168.0.1/a.png' });
		expect(hidden.status).toBe(422);
		expect(hidden.data).toEqual(errorOf('validation_error', 'invalid_image_url'));
	});
});
