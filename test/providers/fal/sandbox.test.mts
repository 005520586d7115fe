import { randomUUID } from 'node:crypto';
import { askBare, clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const submitPath = '/fal/queue/fal-ai/veo3.1/reference-to-video';
const app = '/fal/queue/fal-ai/veo3.1/requests';
const input = {
	prompt: 'A paper boat crosses a puddle',
	image_urls: ['https://cdn.example.org/boat.png'],
};

const sandbox = useSandbox();
const ask = clientOf(sandbox, 'Key');

async function submit(more: object = {}): Promise<string> {
	const { status, data } = await ask('post', submitPath, { ...input, ...more });
	expect({ status, data }).toMatchObject({ status: 200 });
	return data.request_id;
}

async function finished(prompt = input.prompt, more: object = {}): Promise<string> {
	const id = await submit({ prompt, ...more });
	sandbox().finish(id);
	return id;
}

describe('fal: the key', () => {
	it.each([
		['no key', undefined],
		['a wrong key', 'Key other'],
		['the wrong scheme', 'Bearer sandbox-key'],
	])('refuses %s with 401 and accepts nothing', async (_name, Authorization) => {
		const headers = { Authorization };
		const submitted = await ask('post', submitPath, input, { headers });
		expect(submitted.status).toBe(401);
		expect(submitted.data).toEqual({ detail: expect.any(String) });
		expect(sandbox().jobs()).toEqual([]);
		const prices = await ask('get', '/fal/platform/v1/models/pricing', undefined, { headers });
		expect(prices.status).toBe(401);
	});
});

describe('fal: submit', () => {
	it('answers IN_QUEUE with an id and the three app-only addresses', async () => {
		const { status, data } = await ask('post', submitPath, input);
		const at = `${sandbox().url}${app}/${data.request_id}`;
		expect(status).toBe(200);
		expect(data).toEqual({
			status: 'IN_QUEUE',
			request_id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
			response_url: at,
			status_url: `${at}/status`,
			cancel_url: `${at}/cancel`,
			queue_position: 0,
		});
		expect(sandbox().jobs()).toMatchObject([
			{ id: data.request_id, provider: 'fal', request: input },
		]);
	});

	it('takes every documented field', async () => {
		await submit({
			aspect_ratio: '9:16',
			duration: '8s',
			resolution: '4k',
			generate_audio: false,
			auto_fix: true,
			safety_tolerance: '6',
		});
	});

	it.each([
		['an unknown field', { seed: 1 }, ['body', 'seed'], 'extra_forbidden'],
		['a number for the duration', { duration: 8 }, ['body', 'duration'], 'type_error'],
		['a duration without unit', { duration: '8' }, ['body', 'duration'], 'value_error'],
		[
			'a number for the tolerance',
			{ safety_tolerance: 4 },
			['body', 'safety_tolerance'],
			'type_error',
		],
		[
			'a tolerance beyond 6',
			{ safety_tolerance: '7' },
			['body', 'safety_tolerance'],
			'value_error',
		],
		['a text for a boolean', { generate_audio: 'false' }, ['body', 'generate_audio'], 'type_error'],
		['another ratio', { aspect_ratio: '1:1' }, ['body', 'aspect_ratio'], 'value_error'],
		['another resolution', { resolution: '480p' }, ['body', 'resolution'], 'value_error'],
		['no prompt', { prompt: undefined }, ['body', 'prompt'], 'missing'],
		['no images', { image_urls: undefined }, ['body', 'image_urls'], 'missing'],
		['an empty list', { image_urls: [] }, ['body', 'image_urls'], 'value_error'],
		['one string', { image_urls: 'https://a.example/b.png' }, ['body', 'image_urls'], 'type_error'],
		[
			'four images',
			{ image_urls: Array(4).fill('https://a.example/b.png') },
			['body', 'image_urls'],
			'value_error',
		],
		['a path as image', { image_urls: ['b.png'] }, ['body', 'image_urls', 0], 'value_error'],
		[
			'an unknown directive',
			{ prompt: '#sandbox:contentpolicy' },
			['body', 'prompt'],
			'value_error',
		],
	])('answers 422 to %s', async (_name, more, loc, type) => {
		const { status, data } = await ask('post', submitPath, { ...input, ...more });
		expect(status).toBe(422);
		expect(data.detail).toContainEqual(
			expect.objectContaining({ loc, type, msg: expect.any(String) }),
		);
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 422 to a body that is no JSON', async () => {
		const headers = { 'Content-Type': 'application/json' };
		const broken = await ask('post', submitPath, Buffer.from('{"prompt":'), { headers });
		expect(broken).toMatchObject({ status: 422, data: { detail: [{ type: 'json_invalid' }] } });
		const form = await ask('post', submitPath, new URLSearchParams({ prompt: 'a' }));
		expect(form.status).toBe(422);
	});

	it('answers 403 to an account that fal has locked', async () => {
		const prompt = 'a #sandbox:admin-lock';
		const { status, data } = await ask('post', submitPath, { ...input, prompt });
		expect({ status, data }).toEqual({
			status: 403,
			data: { detail: 'User is locked. Reason: Admin lock' },
		});
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 403 to a locked account and accepts nothing', async () => {
		const prompt = 'a fox #sandbox:no-balance';
		const { status, data } = await ask('post', submitPath, { ...input, prompt });
		expect(status).toBe(403);
		expect(data.detail).toContain('Exhausted balance');
		expect(sandbox().jobs()).toEqual([]);
	});

	it('answers 429 when the queue is longer than the client allows', async () => {
		await submit();
		await submit();
		const { status, headers } = await ask('post', `${submitPath}?fal_max_queue_length=1`, input);
		expect(status).toBe(429);
		expect(headers['x-fal-needs-retry']).toBe('1');
	});

	it('answers 404 to another model', async () => {
		expect((await ask('post', '/fal/queue/fal-ai/veo3.1/fast', input)).status).toBe(404);
	});
});

describe('fal: status and result', () => {
	it('goes from IN_QUEUE over IN_PROGRESS, both 202, to COMPLETED, which is 200', async () => {
		const id = await submit({ prompt: 'a fox #sandbox:seconds=1' });
		const seen: string[] = [];
		for (let status = 202; status === 202;) {
			const answer = await ask('get', `${app}/${id}/status`);
			status = answer.status;
			if (seen.at(-1) !== `${status} ${answer.data.status}`)
				seen.push(`${status} ${answer.data.status}`);
			await new Promise((resolve) => setTimeout(resolve, 40));
		}
		expect(seen).toEqual(['202 IN_QUEUE', '202 IN_PROGRESS', '200 COMPLETED']);
	});

	it('gives logs only when asked', async () => {
		const id = await finished();
		expect((await ask('get', `${app}/${id}/status`)).data.logs).toBeNull();
		expect((await ask('get', `${app}/${id}/status?logs=1`)).data.logs).toHaveLength(1);
	});

	it('streams the status until the job has ended', async () => {
		const id = await submit();
		const { data, headers } = await ask('get', `${app}/${id}/status/stream`);
		expect(headers['content-type']).toContain('text/event-stream');
		expect(data).toMatch(/^data: \{"status":"IN_QUEUE".*\n\ndata: .*"COMPLETED".*\n\n$/s);
	});

	it('gives the video once the job has completed, and refuses before', async () => {
		const id = await submit();
		expect((await ask('get', `${app}/${id}`)).status).toBe(400);
		sandbox().finish(id);
		const { status, data } = await ask('get', `${app}/${id}`);
		expect(status).toBe(200);
		expect(data.video.url).toMatch(/\/media\/.+-16x9\.mp4$/);
		expect((await ask('get', `${app}/${id}/response`)).data).toEqual(data);
	});

	it('knows no job at the path with the whole model, nor with another id', async () => {
		const id = await finished();
		expect((await ask('get', `${submitPath}/requests/${id}/status`)).status).toBe(404);
		expect((await ask('get', `${submitPath}/requests/${id}`)).status).toBe(404);
		for (const path of ['', '/status', '/status/stream']) {
			const { status, data } = await ask('get', `${app}/${randomUUID()}${path}`);
			expect({ status, data }).toEqual({ status: 404, data: { status: 'NOT_FOUND' } });
		}
	});

	it('shows a content refusal only in the result, as 422', async () => {
		const id = await finished('a fox #sandbox:content-policy');
		const { status, data } = await ask('get', `${app}/${id}/status`);
		expect(status).toBe(200);
		expect(data.status).toBe('COMPLETED');
		expect(data).not.toHaveProperty('error');
		const result = await ask('get', `${app}/${id}`);
		expect(result.status).toBe(422);
		expect(result.data.detail[0]).toMatchObject({
			loc: ['body', 'prompt'],
			type: 'content_policy_violation',
		});
	});

	it('names the image that could not be downloaded', async () => {
		const images = ['https://a.example/1.png', 'http://192.168.1.4/2.png'];
		for (const [prompt, image] of [
			['a #sandbox:image-unreadable', 0],
			['a', 1],
		] as const) {
			const id = await finished(prompt, { image_urls: images });
			const { status, data } = await ask('get', `${app}/${id}`);
			expect(status).toBe(422);
			expect(data.detail[0]).toMatchObject({
				loc: ['body', 'image_urls', image],
				type: 'file_download_error',
				input: images[image],
			});
		}
	});

	it.each([
		['generation-failed', 500, 'internal_error'],
		['runner-unavailable', 503, 'runner_scheduling_failure'],
		['request-timeout', 504, 'request_timeout'],
	])('names %s in the status and answers %i as result', async (directive, code, error_type) => {
		const id = await finished(`a #sandbox:${directive}`);
		const status = await ask('get', `${app}/${id}/status`);
		expect(status).toMatchObject({ status: 200, data: { status: 'COMPLETED', error_type } });
		expect(status.data.error).toEqual(expect.any(String));
		const result = await ask('get', `${app}/${id}`);
		expect(result).toMatchObject({ status: code, data: { error_type } });
		expect(result.headers['x-fal-error-type']).toBe(error_type);
	});

	it('can answer 422 with a plain string', async () => {
		const { status, data } = await ask('get', `${app}/${await finished('#sandbox:plain-detail')}`);
		expect(status).toBe(422);
		expect(data).toEqual({ detail: expect.any(String) });
	});

	it('ends a job that did not start in the time the client allowed', async () => {
		const headers = { 'X-Fal-Request-Start-Timeout': '0.2' };
		const prompt = 'a #sandbox:seconds=20';
		const { data } = await ask('post', submitPath, { ...input, prompt }, { headers });
		await new Promise((resolve) => setTimeout(resolve, 300));
		const result = await ask('get', `${app}/${data.request_id}`);
		expect(result.status).toBe(504);
		expect(result.headers['x-fal-request-timeout-type']).toBe('user');
	});

	it('loses the result when its time is over', async () => {
		const gone = { status: 404, data: { status: 'NOT_FOUND' } };
		const expired = await finished('a #sandbox:result-expired');
		expect(await ask('get', `${app}/${expired}`)).toMatchObject(gone);
		expect((await ask('get', `${app}/${expired}/status`)).status).toBe(200);
		const id = await finished('a #sandbox:result-seconds=0.1');
		expect((await ask('get', `${app}/${id}`)).status).toBe(200);
		await new Promise((resolve) => setTimeout(resolve, 150));
		expect(await ask('get', `${app}/${id}`)).toMatchObject(gone);
	});

	it('never ends a job that shall never end', async () => {
		const id = await submit({ prompt: 'a #sandbox:never' });
		await new Promise((resolve) => setTimeout(resolve, 700));
		expect((await ask('get', `${app}/${id}/status`)).data.status).toBe('IN_PROGRESS');
	});
});

describe('fal: cancel', () => {
	it('answers 202 and the job is over, with no state of its own for that', async () => {
		const id = await submit();
		const canceled = await ask('put', `${app}/${id}/cancel`);
		expect(canceled).toMatchObject({ status: 202, data: { status: 'CANCELLATION_REQUESTED' } });
		expect(sandbox().jobs()).toMatchObject([{ state: 'canceled' }]);
		expect((await ask('get', `${app}/${id}/status`)).data).toMatchObject({
			status: 'COMPLETED',
			error_type: 'client_cancelled',
		});
		expect((await ask('get', `${app}/${id}`)).status).toBe(499);
	});

	it('answers 400 for a job that has ended and 404 for one that never was', async () => {
		const id = await finished();
		const late = await ask('put', `${app}/${id}/cancel`);
		expect(late).toMatchObject({ status: 400, data: { status: 'ALREADY_COMPLETED' } });
		const unknown = await ask('put', `${app}/${randomUUID()}/cancel`);
		expect(unknown).toMatchObject({ status: 404, data: { status: 'NOT_FOUND' } });
	});

	it('can come too late although it was answered 202', async () => {
		const id = await submit({ prompt: 'a #sandbox:cancel-too-late' });
		expect((await ask('put', `${app}/${id}/cancel`)).status).toBe(202);
		sandbox().finish(id);
		expect((await ask('get', `${app}/${id}`)).status).toBe(200);
	});
});

describe('fal: uploads', () => {
	const initiate = '/fal/rest/storage/upload/initiate?storage_type=fal-cdn-v3';
	const png = Buffer.from('\x89PNG\r\n\x1a\n rest', 'latin1');
	const file = { content_type: 'image/png', file_name: 'a fox.png' };
	const headers = { 'Content-Type': 'image/png' };

	it('gives back the bytes that were put', async () => {
		const { status, data } = await ask('post', initiate, file);
		expect(status).toBe(200);
		expect((await askBare(data.file_url)).status).toBe(404);
		const put = await askBare(data.upload_url, { method: 'put', data: png, headers });
		expect(put.status).toBe(200);
		const read = await askBare(data.file_url, { responseType: 'arraybuffer' });
		expect(read.data).toEqual(png);
		expect(read.headers['content-type']).toBe('image/png');
		await finished('a', { image_urls: [data.file_url] });
		expect(sandbox().jobs()).toMatchObject([{ state: 'completed' }]);
	});

	it('refuses the key, another type and an empty body at the upload address', async () => {
		const { data } = await ask('post', initiate, file);
		const put = (more: object) => askBare(data.upload_url, { method: 'put', data: png, ...more });
		const Authorization = 'Key sandbox-key';
		expect((await put({ headers: { ...headers, Authorization } })).status).toBe(400);
		expect((await put({ headers: { 'Content-Type': 'image/jpeg' } })).status).toBe(400);
		expect((await put({ headers, data: Buffer.alloc(0) })).status).toBe(400);
	});

	it('fails the job whose image was announced but never put', async () => {
		const { data } = await ask('post', initiate, file);
		await finished('a', { image_urls: [data.file_url] });
		expect(sandbox().jobs()).toMatchObject([{ failure: { reason: 'image-unreadable', image: 0 } }]);
	});

	it('answers 422 without storage type, file name or content type', async () => {
		const path = '/fal/rest/storage/upload/initiate';
		expect((await ask('post', path, file)).status).toBe(422);
		expect((await ask('post', initiate, { file_name: 'a.png' })).status).toBe(422);
		expect((await ask('post', initiate, { ...file, size: 3 })).status).toBe(422);
	});
});

describe('fal: platform and keys', () => {
	it('gives the price of the endpoint asked for', async () => {
		const path = '/fal/platform/v1/models/pricing';
		const endpoint_id = 'fal-ai/veo3.1/reference-to-video';
		const { status, data } = await ask('get', path, undefined, { params: { endpoint_id } });
		expect(status).toBe(200);
		expect(data.prices).toEqual([
			{ endpoint_id, unit_price: 0.4, unit: 'seconds', currency: 'USD' },
		]);
		expect((await ask('get', path)).status).toBe(422);
		const other = await ask('get', path, undefined, { params: { endpoint_id: 'x' } });
		expect(other.status).toBe(404);
	});

	it('keeps the balance from a key that is no ADMIN key', async () => {
		expect((await ask('get', '/fal/platform/v1/account/billing?expand=credits')).status).toBe(403);
	});

	it('publishes its signing key without asking for one', async () => {
		const { data } = await askBare(`${sandbox().url}/fal/rest/.well-known/jwks.json`);
		expect(data.keys).toEqual([{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String) }]);
	});
});
