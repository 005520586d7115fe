import { createHash, createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { startSandbox } from '../../sandbox/server.mts';
import type { Sandbox } from '../../sandbox/server.mts';
import { askBare, clientOf } from './client.mts';
import { startReceiver } from './receiver.mts';
import type { Received, Receiver } from './receiver.mts';

const image = 'https://cdn.example.org/lamp.png';
const prompt = 'A lamp';

let sandbox: Sandbox;
let receiver: Receiver;
const askFal = clientOf(() => sandbox, 'Key');
const askBearer = clientOf(() => sandbox, 'Bearer');

beforeAll(async () => {
	sandbox = await startSandbox({
		jobSeconds: 60,
		allowHttpCallbacks: true,
		callbackRetryMilliseconds: 20,
	});
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
	sandbox.reset();
	receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const submits: Record<string, (prompt: string, url: string) => Promise<string>> = {
	async fal(prompt, url) {
		const path = '/fal/queue/fal-ai/veo3.1/reference-to-video';
		const params = { fal_webhook: url };
		return (await askFal('post', path, { prompt, image_urls: [image] }, { params })).data
			.request_id;
	},
	async evolink(prompt, url) {
		const model = 'veo-3.1-generate-preview';
		const mode = { generation_type: 'REFERENCE', duration: 8, aspect_ratio: '16:9' };
		const body = { model, prompt, image_urls: [image], ...mode, callback_url: url };
		return (await askBearer('post', '/evolink/v1/videos/generations', body)).data.id;
	},
	async shortapi(prompt, url) {
		const model = 'google/veo-3.1/reference-to-video';
		const body = { model, args: { prompt, images: [image] }, callback_url: url };
		return (await askBearer('post', '/shortapi/api/v1/job/create', body)).data.data.job_id;
	},
};

async function ended(provider: string, text = prompt): Promise<{ id: string; first: Received }> {
	const id = await submits[provider](text, receiver.url);
	sandbox.finish(id);
	await receiver.arrived(1);
	return { id, first: receiver.received[0] };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

async function isSignedByFal({
	headers,
	body,
}: Pick<Received, 'headers' | 'body'>): Promise<boolean> {
	const jwks = await askBare(`${sandbox.credentials.fal.restUrl}/.well-known/jwks.json`);
	const message = [
		headers['x-fal-webhook-request-id'],
		headers['x-fal-webhook-user-id'],
		headers['x-fal-webhook-timestamp'],
		createHash('sha256').update(body).digest('hex'),
	].join('\n');
	const signature = Buffer.from(String(headers['x-fal-webhook-signature']), 'hex');
	return jwks.data.keys.some((key: JsonWebKey) =>
		verify(null, Buffer.from(message), createPublicKey({ key, format: 'jwk' }), signature),
	);
}

describe.each(['fal', 'evolink', 'shortapi'])('%s: callbacks', (provider) => {
	it('come once, as JSON, at the address with its query, when the job has ended', async () => {
		const id = await submits[provider](prompt, receiver.url);
		await settle();
		expect(receiver.received).toEqual([]);
		sandbox.finish(id);
		await receiver.arrived(1);
		await settle();
		expect(receiver.received).toHaveLength(1);
		expect(receiver.received[0].headers['content-type']).toBe('application/json');
		expect(sandbox.deliveries).toMatchObject([
			{ provider, jobId: id, attempt: 1, status: 200, url: receiver.url },
		]);
		expect(sandbox.deliveries[0].body).toBe(receiver.received[0].body);
	});

	it('come on their own when the time of the job is over', async () => {
		await submits[provider](`${prompt} #sandbox:seconds=0.2`, receiver.url);
		await receiver.arrived(1);
	});

	it('come again until they are answered 2xx', async () => {
		receiver.answers.push(503, 500);
		await ended(provider);
		await receiver.arrived(3);
		await settle();
		expect(sandbox.deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
			[1, 503],
			[2, 500],
			[3, 200],
		]);
	});

	it('stop when the sandbox is reset', async () => {
		receiver.answers.push(...Array(20).fill(503));
		await ended(provider);
		sandbox.reset();
		await settle();
		const before = receiver.received.length;
		await settle();
		expect(receiver.received).toHaveLength(before);
		expect(sandbox.deliveries).toEqual([]);
	});

	it('are sent again on demand, one after the other or all at once', async () => {
		const { id } = await ended(provider);
		await sandbox.deliver(id, { times: 2 });
		const deliveries = await sandbox.deliver(id, { times: 3, parallel: true });
		expect(deliveries.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect(receiver.received).toHaveLength(6);
	});

	it('can be sent before the job has ended, and to another address', async () => {
		const id = await submits[provider](prompt, 'https://app.example.org/callback');
		const [delivery] = await sandbox.deliver(id, { url: receiver.url });
		expect(delivery).toMatchObject({ status: 200, url: receiver.url });
		expect(sandbox.jobs()).toMatchObject([{ state: 'queued' }]);
	});
});

describe('fal: the webhook', () => {
	it('brings the result of a completed job, signed over the raw body', async () => {
		const { id, first } = await ended('fal');
		expect(JSON.parse(first.body)).toEqual({
			request_id: id,
			gateway_request_id: id,
			status: 'OK',
			payload: { video: expect.objectContaining({ url: sandbox.jobs()[0].videoUrl }) },
		});
		expect(first.headers['x-fal-webhook-request-id']).toBe(id);
		const age = Date.now() / 1000 - Number(first.headers['x-fal-webhook-timestamp']);
		expect(Math.abs(age)).toBeLessThan(5);
		expect(await isSignedByFal(first)).toBe(true);
		expect(await isSignedByFal({ ...first, body: `${first.body} ` })).toBe(false);
	});

	it('brings the error of a failed job', async () => {
		const { first } = await ended('fal', 'a #sandbox:content-policy');
		expect(JSON.parse(first.body)).toMatchObject({
			status: 'ERROR',
			error: 'Invalid status code: 422',
			payload: { detail: [{ type: 'content_policy_violation' }] },
		});
		expect(await isSignedByFal(first)).toBe(true);
	});

	it('comes for a canceled job too', async () => {
		const id = await submits.fal(prompt, receiver.url);
		await askFal('put', `/fal/queue/fal-ai/veo3.1/requests/${id}/cancel`);
		await receiver.arrived(1);
		expect(JSON.parse(receiver.received[0].body)).toMatchObject({ status: 'ERROR' });
	});

	it('can say OK without a payload', async () => {
		const { first } = await ended('fal', 'a #sandbox:payload-error');
		expect(JSON.parse(first.body)).toMatchObject({
			status: 'OK',
			payload: null,
			payload_error: expect.any(String),
		});
	});

	it('can carry another gateway id', async () => {
		const { id, first } = await ended('fal', 'a #sandbox:gateway-retry');
		const { request_id, gateway_request_id } = JSON.parse(first.body);
		expect(request_id).toBe(id);
		expect(gateway_request_id).not.toBe(id);
	});

	it('tells at submit that it will come', async () => {
		const path = '/fal/queue/fal-ai/veo3.1/reference-to-video';
		const params = { fal_webhook: receiver.url };
		const { data } = await askFal('post', path, { prompt, image_urls: [image] }, { params });
		expect(data.gateway_request_id).toBe(data.request_id);
		const wrong = await askFal('post', `${path}?fal_webhook=callback`, {
			prompt,
			image_urls: [image],
		});
		expect(wrong).toMatchObject({
			status: 422,
			data: { detail: [{ loc: ['query', 'fal_webhook'] }] },
		});
	});

	it('gives up after a redirect, and after ten retries', async () => {
		receiver.answers.push(302);
		await ended('fal');
		await settle();
		expect(receiver.received).toHaveLength(1);
		receiver.answers.push(...Array(20).fill(500));
		await ended('fal');
		await receiver.arrived(12);
		await settle();
		expect(receiver.received).toHaveLength(12);
	});

	it('is signed after `payload` and before `mutate`', async () => {
		const { id } = await ended('fal');
		const other = { request_id: 'other' };
		await sandbox.deliver(id, { payload: (payload) => ({ ...payload, ...other }) });
		await sandbox.deliver(id, {
			mutate: (message) => ({ ...message, body: message.body.replace(id, 'other') }),
		});
		const [, changed, forged] = receiver.received;
		expect(JSON.parse(changed.body).request_id).toBe('other');
		expect(await isSignedByFal(changed)).toBe(true);
		expect(JSON.parse(forged.body).request_id).toBe('other');
		expect(await isSignedByFal(forged)).toBe(false);
	});

	it('is signed with the new key after a rotation', async () => {
		const { id, first } = await ended('fal');
		sandbox.rotateKeys({ keepOld: true });
		await sandbox.deliver(id);
		expect(await isSignedByFal(first)).toBe(true);
		expect(await isSignedByFal(receiver.received[1])).toBe(true);
		sandbox.rotateKeys();
		expect(await isSignedByFal(first)).toBe(false);
	});
});

describe('EvoLink: the callback', () => {
	it('is the answer of the task query, unsigned', async () => {
		const { id, first } = await ended('evolink');
		const { data } = await askBearer('get', `/evolink/v1/tasks/${id}`);
		expect(JSON.parse(first.body)).toEqual(data);
		expect(data.status).toBe('completed');
		expect(Object.keys(first.headers).filter((name) => name.startsWith('x-'))).toEqual([]);
	});

	it('comes for failed jobs, and three times again at most', async () => {
		receiver.answers.push(...Array(9).fill(500));
		const { first } = await ended('evolink', 'a #sandbox:content-policy');
		expect(JSON.parse(first.body).error.code).toBe('content_policy_violation');
		await receiver.arrived(4);
		await settle();
		expect(receiver.received).toHaveLength(4);
	});

	it.each(['http://app.example.org/callback', 'https://10.1.2.3/callback', 'https://localhost/x'])(
		'is refused at submit for %s, unless such addresses are allowed',
		async (address) => {
			expect(await submits.evolink(prompt, address)).toEqual(expect.any(String));
			sandbox.settings.allowHttpCallbacks = false;
			expect(await submits.evolink(prompt, address)).toBeUndefined();
			expect(sandbox.requests.at(-1)?.status).toBe(400);
		},
	);
});

describe('ShortAPI: the callback', () => {
	it.each([
		['data.id', (id: string) => ({ code: 0, data: { id, status: 2 } })],
		['data.job_id', (id: string) => ({ code: 0, data: { job_id: id, status: 2 } })],
		['job_id', (id: string) => ({ job_id: id })],
		['id', (id: string) => ({ id })],
	] as const)('carries the job id at %s', async (shape, expected) => {
		sandbox.settings.shortapiCallbackShape = shape;
		const { id, first } = await ended('shortapi');
		expect(JSON.parse(first.body)).toMatchObject(expected(id));
	});

	it('can carry no id at all', async () => {
		sandbox.settings.shortapiCallbackShape = 'query';
		const { id, first } = await ended('shortapi');
		const { data } = JSON.parse(first.body);
		expect(Object.keys(data).sort()).toEqual(['result', 'status']);
		expect(data).not.toHaveProperty('id', id);
	});
});

describe('callbacks to plain http or private addresses', () => {
	it.each(['fal', 'shortapi'])('%s accepts the job but nothing is sent', async (provider) => {
		sandbox.settings.allowHttpCallbacks = false;
		const id = await submits[provider](prompt, receiver.url);
		sandbox.finish(id);
		await settle();
		expect(receiver.received).toEqual([]);
		expect(sandbox.deliveries).toMatchObject([
			{ jobId: id, attempt: 1, error: expect.stringContaining('allowHttpCallbacks') },
		]);
	});
});

describe('the control route for callbacks', () => {
	it('delivers again and tells the answer', async () => {
		const { id } = await ended('fal');
		receiver.answers.push(401);
		const url = `${sandbox.url}/_sandbox/jobs/${id}/deliver`;
		const { data } = await askBare(url, { method: 'post', data: { times: 1 } });
		expect(data).toMatchObject([{ jobId: id, status: 401 }]);
	});
});
