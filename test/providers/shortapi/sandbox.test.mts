import { callbackShapes } from '../../../sandbox/contract.mts';
import { askBare, clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const createPath = '/shortapi/api/v1/job/create';
const queryPath = '/shortapi/api/v1/job/query';
const image = 'https://cdn.example.org/kite.png';
const prompt = 'A paper kite circles a lighthouse';
const reference = {
	model: 'google/veo-3.1/reference-to-video',
	args: { prompt, images: [image] },
};
const single = {
	model: 'google/veo-3.1/image-to-video',
	args: { prompt, image, mode: 'fast' },
};

const sandbox = useSandbox();
const ask = clientOf(sandbox, 'Bearer');

async function create(args: object = {}, base: { model: string; args: object } = reference) {
	const body = { ...base, args: { ...base.args, ...args } };
	const { status, data } = await ask('post', createPath, body);
	expect({ status, data }).toMatchObject({ status: 200, data: { code: 0 } });
	return data.data as { amount: string; job_id: string };
}

async function query(id: string) {
	const { status, data } = await ask('get', queryPath, undefined, { params: { id } });
	expect({ status, data }).toMatchObject({ status: 200, data: { code: 0 } });
	return data.data;
}

async function finished(args: object = {}) {
	const { job_id } = await create(args);
	sandbox().finish(job_id);
	return await query(job_id);
}

describe('shortapi: the key', () => {
	it('is given with the address of the API', () => {
		const { apiKey, url, credentials } = sandbox();
		expect(credentials.shortapi).toEqual({ apiKey, baseUrl: `${url}/shortapi` });
	});

	it.each([
		['no key', undefined],
		['a wrong key', 'Bearer other'],
		['the wrong scheme', 'Key sandbox-key'],
	])('refuses %s with 401 and accepts nothing', async (_name, Authorization) => {
		const headers = { Authorization };
		const { status, data } = await ask('post', createPath, reference, { headers });
		expect({ status, data }).toEqual({
			status: 401,
			data: { code: 401, message: expect.any(String) },
		});
		expect((await ask('get', `${queryPath}?id=a`, undefined, { headers })).status).toBe(401);
		expect(sandbox().jobs()).toEqual([]);
	});
});

describe('shortapi: create', () => {
	it('answers with the price as text and an id of ten hex digits', async () => {
		const { status, data } = await ask('post', createPath, reference);
		expect({ status, data }).toEqual({
			status: 200,
			data: { code: 0, data: { amount: '1.28', job_id: expect.stringMatching(/^[\da-f]{10}$/) } },
		});
		const { job_id: id } = data.data;
		expect(sandbox().jobs()).toMatchObject([{ id, provider: 'shortapi', request: reference }]);
	});

	it('takes every documented field', async () => {
		const shared = { generate_audio: true, aspect_ratio: '9:16' };
		await create({ ...shared, images: [image, image, image], duration: '8', resolution: '720p' });
		await create({ ...shared, duration: '4', aspect_ratio: 'auto', mode: 'quality' }, single);
		const callback_url = 'https://app.example.org/hooks/1';
		const { data } = await ask('post', createPath, { ...reference, callback_url });
		expect(data.code).toBe(0);
	});

	it.each([
		['1.28', {}, reference],
		['1.28', { resolution: '1080p' }, reference],
		['2.56', { resolution: '1080p', generate_audio: true }, reference],
		['2.56', { resolution: '4k' }, reference],
		['3.84', { resolution: '4k', generate_audio: true }, reference],
		['1.28', { mode: 'quality' }, single],
		['0.64', {}, single],
		['0.96', { generate_audio: true }, single],
		['0.48', { generate_audio: true, duration: '4' }, single],
		['1.92', { resolution: '4k' }, single],
		['1.68', { resolution: '4k', generate_audio: true, duration: '6' }, single],
	])('charges %s for %j', async (amount, args, base) => {
		expect((await create(args, base)).amount).toBe(amount);
	});

	const dataUri = 'data:image/png;base64,AAAA';
	it.each([
		['an unknown argument', reference, { seed: 1 }, 'args.seed'],
		['a number for the duration', reference, { duration: 8 }, 'args.duration'],
		['another duration', reference, { duration: '4' }, 'args.duration'],
		['another ratio', reference, { aspect_ratio: 'auto' }, 'args.aspect_ratio'],
		['another resolution', reference, { resolution: '480p' }, 'args.resolution'],
		['a text for a boolean', reference, { generate_audio: 'true' }, 'args.generate_audio'],
		['no prompt', reference, { prompt: undefined }, 'args.prompt'],
		['no images', reference, { images: undefined }, 'args.images'],
		['an empty list', reference, { images: [] }, 'args.images'],
		['four images', reference, { images: Array(4).fill(image) }, 'args.images'],
		['one string', reference, { images: image }, 'args.images'],
		['a data URI', reference, { images: [dataUri] }, 'args.images.0'],
		['a mode', reference, { mode: 'fast' }, 'args.mode'],
		['no mode', single, { mode: undefined }, 'args.mode'],
		['another mode', single, { mode: 'lite' }, 'args.mode'],
		['a number for the duration', single, { duration: 4 }, 'args.duration'],
		['a list', single, { image: [image] }, 'args.image'],
		['several images', single, { images: [image] }, 'args.images'],
		['an unknown directive', reference, { prompt: '#sandbox:old-words' }, 'old-words'],
	])('answers code 1 to %s (%#)', async (_name, base, args, hint) => {
		const body = { ...base, args: { ...base.args, ...args } };
		const { status, data } = await ask('post', createPath, body);
		expect({ status, data }).toEqual({ status: 200, data: { code: 1, info: expect.any(String) } });
		expect(data.info).toContain(hint);
		expect(sandbox().jobs()).toEqual([]);
	});

	it.each([
		['another model', { ...reference, model: 'google/veo-3.1' }, 'invalid model'],
		['no model', { args: reference.args }, 'model'],
		['no args', { model: reference.model }, 'args'],
		['arguments beside the model', { ...reference, prompt }, 'prompt'],
		['a path as callback', { ...reference, callback_url: '/hook' }, 'callback_url'],
	])('answers code 1 to %s', async (_name, body, hint) => {
		const { status, data } = await ask('post', createPath, body);
		expect(status).toBe(200);
		expect(data).toEqual({ code: 1, info: expect.stringContaining(hint) });
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers code 1 to a body that is no JSON', async () => {
		const headers = { 'Content-Type': 'application/json' };
		const { status, data } = await ask('post', createPath, Buffer.from('{"model":'), { headers });
		expect({ status, data }).toMatchObject({ status: 200, data: { code: 1 } });
	});

	it.each([
		['no-balance', 1],
		['unstable', 3000],
	])('refuses %s with code %i and accepts nothing', async (directive, code) => {
		const args = { ...reference.args, prompt: `a #sandbox:${directive}` };
		const { status, data } = await ask('post', createPath, { ...reference, args });
		expect({ status, data }).toEqual({ status: 200, data: { code, info: expect.any(String) } });
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 404 to paths that other clients have guessed', async () => {
		expect((await ask('get', '/shortapi/api/v1/job/status?id=a')).status).toBe(404);
		expect((await ask('post', '/shortapi/v1/run', reference)).status).toBe(404);
	});
});

describe('shortapi: query', () => {
	async function seen(words: string): Promise<unknown[]> {
		const { job_id } = await create({ prompt: `a #sandbox:seconds=0.6 ${words}` });
		const statuses: unknown[] = [];
		for (let result; !result;) {
			const data = await query(job_id);
			result = data.result;
			if (statuses.at(-1) !== data.status) statuses.push(data.status);
			await new Promise((resolve) => setTimeout(resolve, 30));
		}
		return statuses;
	}

	it('counts the status from 0 to 2', async () => {
		expect(await seen('')).toEqual([0, 1, 2]);
	});

	it('can say the status in words', async () => {
		expect(await seen('#sandbox:word-status')).toEqual(['pending', 'processing', 'succeeded']);
		const failed = await finished({ prompt: '#sandbox:word-status #sandbox:generation-failed' });
		expect(failed.status).toBe('failed');
	});

	it('gives the video among the images', async () => {
		const data = await finished({ aspect_ratio: '9:16', generate_audio: true });
		expect(data).toMatchObject({
			id: expect.stringMatching(/^[\da-f]{10}$/),
			model: reference.model,
			status: 2,
			credit: '2.56',
			refunded: false,
			result: { images: [{ url: expect.stringMatching(/\/media\/.+-9x16\.mp4$/) }] },
		});
		expect(data).not.toHaveProperty('error');
		const video = await askBare(data.result.images[0].url, { responseType: 'arraybuffer' });
		expect(video).toMatchObject({ status: 200, headers: { 'content-type': 'video/mp4' } });
	});

	it('can answer with nothing but what is documented', async () => {
		const data = await finished({ prompt: '#sandbox:documented-only' });
		expect(data).toEqual({ status: 2, result: { images: [{ url: expect.any(String) }] } });
	});

	it('can list the video as clients have seen it', async () => {
		const url = expect.stringMatching(/\.mp4$/);
		const results: [words: string, result: object][] = [
			['#sandbox:videos-list', { videos: [{ url }] }],
			['#sandbox:string-urls', { images: [url] }],
			['#sandbox:videos-list #sandbox:string-urls', { videos: [url] }],
		];
		for (const [words, result] of results) {
			expect((await finished({ prompt: words })).result).toEqual(result);
		}
	});

	it.each([
		['content-policy', false],
		['generation-failed', false],
		['image-unreadable', false],
		['refunded', true],
	])('says %s with status 3 and a text', async (directive, refunded) => {
		const data = await finished({ prompt: `a #sandbox:${directive}` });
		expect(data).toMatchObject({ status: 3, error: expect.any(String), refunded });
		expect(data).not.toHaveProperty('result');
	});

	it('fails the job whose image no server on the internet could reach', async () => {
		await finished({ images: [image, 'http://192.168.1.4/2.png'] });
		expect(sandbox().jobs()).toMatchObject([{ failure: { reason: 'image-unreadable', image: 1 } }]);
	});

	it('answers code 1 to an unknown id and to none', async () => {
		const unknown = await ask('get', `${queryPath}?id=0123456789`);
		const data = { code: 1, info: 'job not found' };
		expect(unknown).toMatchObject({ status: 200, data });
		expect(await ask('get', queryPath)).toMatchObject({ status: 200, data: { code: 1 } });
	});

	it('never ends a job that shall never end', async () => {
		const { job_id } = await create({ prompt: 'a #sandbox:never' });
		await new Promise((resolve) => setTimeout(resolve, 700));
		expect((await query(job_id)).status).toBe(1);
	});
});

describe('shortapi: callback', () => {
	const callback_url = 'https://app.example.org/hooks/1';

	/** What would be posted; the address is a private one, so nothing leaves the machine. */
	async function payload(words: string): Promise<{ id: string; payload: any }> {
		const args = { ...reference.args, prompt: `a ${words}` };
		const { data } = await ask('post', createPath, { ...reference, args, callback_url });
		const id: string = data.data.job_id;
		const [delivery] = await sandbox().deliver(id, { url: 'http://127.0.0.1:9/hook' });
		expect(delivery.error).toContain('not sent');
		return { id, payload: JSON.parse(delivery.body) };
	}

	it('carries the id where the settings say', async () => {
		const found: Record<string, unknown> = {};
		const ids: Record<string, string> = {};
		for (const shape of callbackShapes) {
			sandbox().settings.shortapiCallbackShape = shape;
			const { id, payload: sent } = await payload('#sandbox:never');
			ids[shape] = id;
			const places = {
				'data.id': sent.data?.id,
				'data.job_id': sent.data?.job_id,
				job_id: sent.job_id,
				id: sent.id,
			};
			found[shape] = Object.fromEntries(Object.entries(places).filter(([, value]) => value));
		}
		expect(found).toEqual({
			'data.id': { 'data.id': ids['data.id'] },
			'data.job_id': { 'data.job_id': ids['data.job_id'] },
			job_id: { job_id: ids.job_id },
			id: { id: ids.id },
			query: {},
		});
	});

	it('says how the job ended', async () => {
		const done = await payload('#sandbox:never');
		expect(done.payload).toMatchObject({
			code: 0,
			data: { status: 2, result: { images: [{ url: expect.any(String) }] } },
		});
		sandbox().settings.shortapiCallbackShape = 'query';
		const failed = await payload('#sandbox:never #sandbox:content-policy');
		expect(failed.payload).toEqual({ code: 0, data: { status: 3, error: expect.any(String) } });
	});

	it('is posted once the job has ended', async () => {
		const body = { ...reference, callback_url: 'http://127.0.0.1:9/hook' };
		const { data } = await ask('post', createPath, body);
		expect(sandbox().deliveries).toEqual([]);
		sandbox().finish(data.data.job_id);
		expect(sandbox().deliveries).toMatchObject([{ provider: 'shortapi', jobId: data.data.job_id }]);
	});
});

it('shortapi: an injected status has a body of its own', async () => {
	sandbox().inject({
		provider: 'shortapi',
		call: 'status',
		fault: { kind: 'status', status: 503 },
	});
	const { status, data } = await ask('get', `${queryPath}?id=a`);
	expect({ status, data }).toEqual({ status: 503, data: { code: 503, message: 'status 503' } });
});
