import { useSandbox } from '../useSandbox.mts';
import { until } from '../../scripts/until.mts';
import { askBare, clientOf } from './client.mts';

const submitPath = '/fal/queue/fal-ai/veo3.1/reference-to-video';
const app = '/fal/queue/fal-ai/veo3.1/requests';
const input = { prompt: 'A lamp', image_urls: ['https://cdn.example.org/lamp.png'] };

const sandbox = useSandbox(60);
const ask = clientOf(sandbox, 'Key');
const submit = () => ask('post', submitPath, input);

async function finishedVideo(): Promise<string> {
	const { data } = await submit();
	sandbox().finish(data.request_id);
	return sandbox().jobs()[0].videoUrl ?? '';
}

describe('a status fault', () => {
	it('takes the place of the answer, in the provider’s own words, and nothing is accepted', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 429 } });
		const { status, data, headers } = await submit();
		expect(status).toBe(429);
		expect(data.error_type).toBe('concurrent_requests_limit');
		expect(headers['x-fal-needs-retry']).toBe('1');
		expect(sandbox().jobs()).toEqual([]);
		expect((await submit()).status).toBe(200);
	});

	it('accepts the job first when it comes after the handling', async () => {
		const fault = { kind: 'status', status: 502, afterHandling: true } as const;
		sandbox().inject({ call: 'submit', fault });
		expect((await submit()).status).toBe(502);
		expect(sandbox().jobs()).toHaveLength(1);
		expect(sandbox().requests).toMatchObject([{ status: 502, jobId: sandbox().jobs()[0].id }]);
	});

	it('carries the body and the headers that were given', async () => {
		const body = { detail: 'wait' };
		const headers = { 'Retry-After': '2' };
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 429, body, headers } });
		const answer = await submit();
		expect(answer.data).toEqual(body);
		expect(answer.headers['retry-after']).toBe('2');
	});
});

describe('a dropped connection', () => {
	it.each([
		['before', 0],
		['after', 1],
	] as const)('%s the handling leaves %i jobs and no status', async (when, jobs) => {
		sandbox().inject({ call: 'submit', fault: { kind: 'drop', when } });
		await expect(submit()).rejects.toThrow(/socket hang up|ECONNRESET/);
		expect(sandbox().jobs()).toHaveLength(jobs);
		expect(sandbox().requests).toHaveLength(1);
		expect(sandbox().requests[0].status).toBeUndefined();
	});
});

describe('a slow answer', () => {
	it('keeps the headers back', async () => {
		sandbox().inject({
			call: 'submit',
			fault: { kind: 'slow', milliseconds: 300, where: 'headers' },
		});
		await expect(ask('post', submitPath, input, { timeout: 100 })).rejects.toThrow(/timeout/);
		expect(sandbox().jobs()).toHaveLength(1);
	});

	it('gives the headers at once and keeps the rest of the body back', async () => {
		const fault = { kind: 'slow', milliseconds: 1500, where: 'body' } as const;
		sandbox().inject({ call: 'media', fault });
		const url = await finishedVideo();
		const start = Date.now();
		const { data, status } = await askBare(url, { responseType: 'stream' });
		const headersAt = Date.now();
		let bytes = 0;
		for await (const chunk of data) bytes += chunk.length;
		expect(status).toBe(200);
		// A slow machine may be late with the headers, never as late as with the body.
		expect(Date.now() - headersAt).toBeGreaterThan(0.2 * (Date.now() - start));
		expect(Date.now() - start).toBeGreaterThanOrEqual(1490);
		expect(bytes).toBeGreaterThan(10_000);
	});
});

describe('a truncated answer', () => {
	it('promises the whole JSON and breaks off', async () => {
		sandbox().inject({ call: 'status', fault: { kind: 'truncate' } });
		const { data } = await submit();
		await expect(ask('get', `${app}/${data.request_id}/status`)).rejects.toThrow(
			/aborted|hang up|ECONNRESET/,
		);
		expect(sandbox().requests.at(-1)?.status).toBe(202);
	});

	it.each([undefined, 0, 1000])('sends only %s bytes of a video', async (bytes) => {
		sandbox().inject({ call: 'media', fault: { kind: 'truncate', bytes } });
		const url = await finishedVideo();
		const { data, headers } = await askBare(url, { responseType: 'stream' });
		const whole = Number(headers['content-length']);
		let read = 0;
		await expect(
			(async () => {
				for await (const chunk of data) read += chunk.length;
			})(),
		).rejects.toThrow(/aborted|ECONNRESET/);
		expect(read).toBe(bytes ?? Math.floor(whole / 2));
	});
});

describe('an answer that drips', () => {
	it('is whole in the end, and takes its time', async () => {
		sandbox().inject({ call: 'status', fault: { kind: 'drip', milliseconds: 300, pieces: 6 } });
		const { data } = await submit();
		const start = Date.now();
		const { data: body } = await ask('get', `${app}/${data.request_id}/status`);
		expect(body.status).toBe('IN_QUEUE');
		expect(Date.now() - start).toBeGreaterThanOrEqual(290);
	});

	it('is given up when the client has gone', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'drip', milliseconds: 60_000 } });
		const signal = AbortSignal.timeout(200);
		await expect(ask('post', submitPath, input, { signal })).rejects.toThrow(/cancel/);
		expect(sandbox().jobs()).toHaveLength(1);
	});
});

describe('a flood', () => {
	it('is JSON of the size that was asked for', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'flood', megabytes: 3 } });
		const { data } = await submit();
		expect(data.detail).toHaveLength(3 * 2 ** 20);
		expect(sandbox().jobs()).toEqual([]);
	});

	it('may come after the handling, and stops when the client has gone', async () => {
		const fault = { kind: 'flood', megabytes: 100_000, afterHandling: true } as const;
		sandbox().inject({ call: 'submit', fault });
		await expect(ask('post', submitPath, input, { maxContentLength: 2 ** 20 })).rejects.toThrow(
			/exceeded/,
		);
		expect(sandbox().jobs()).toHaveLength(1);
	});
});

describe('an altered answer', () => {
	const alter = async (fault: object) => {
		sandbox().inject({ call: 'submit', fault: { kind: 'alter', ...fault } });
		return await submit();
	};

	it('has another status and names its job all the same', async () => {
		const { status, data } = await alter({ status: 503 });
		expect(status).toBe(503);
		expect(data.request_id).toBe(sandbox().jobs()[0].id);
	});

	it('has other values of the named fields', async () => {
		const { data } = await alter({ fields: { status: 'DREAMING' } });
		expect(data).toMatchObject({ status: 'DREAMING', request_id: sandbox().jobs()[0].id });
	});

	it('has values of wrong types', async () => {
		const { data } = await alter({ wrongTypes: true });
		const [{ id }] = sandbox().jobs();
		expect(data).toMatchObject({ request_id: { text: id }, queue_position: { number: 0 } });
	});
});

describe('a server that leaves', () => {
	const refused = /ECONNREFUSED/;

	it('answers first, and comes back', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'leave', milliseconds: 300 } });
		const { data } = await submit();
		const path = `${app}/${data.request_id}/status`;
		await expect(ask('get', path)).rejects.toThrow(refused);
		await until(
			'it is back',
			async () => (await ask('get', path).catch(() => undefined)) !== undefined,
		);
	});

	it('may be told to, with no request at all', async () => {
		await submit();
		await sandbox().leave();
		await expect(submit()).rejects.toThrow(refused);
		await sandbox().leave(0);
		await until('it is back', async () => (await submit().catch(() => undefined)) !== undefined);
	});
});

describe('a raw answer', () => {
	it('is sent as it stands', async () => {
		const body = '<html>502 Bad Gateway</html>';
		const fault = { kind: 'raw', status: 502, contentType: 'text/html', body } as const;
		sandbox().inject({ call: 'submit', fault });
		const { status, data, headers } = await submit();
		expect({ status, data }).toEqual({ status: 502, data: body });
		expect(headers['content-type']).toBe('text/html');
		expect(sandbox().jobs()).toEqual([]);
	});

	it('may be empty', async () => {
		const fault = { kind: 'raw', status: 200, contentType: 'application/json', body: '' } as const;
		sandbox().inject({ call: 'submit', fault });
		expect((await submit()).data).toBe('');
	});
});

describe('which requests get a fault', () => {
	const statuses = async (times: number) => {
		const seen: number[] = [];
		for (let time = 0; time < times; time += 1) seen.push((await submit()).status);
		return seen;
	};
	const busy = { kind: 'status', status: 429 } as const;
	const broken = { kind: 'status', status: 500 } as const;

	it('as many as asked, after as many as asked', async () => {
		sandbox().inject({ call: 'submit', fault: busy, times: 2, after: 1 });
		expect(await statuses(4)).toEqual([200, 429, 429, 200]);
	});

	it('all, when asked so', async () => {
		sandbox().inject({ call: 'submit', fault: busy, times: Infinity });
		expect(await statuses(3)).toEqual([429, 429, 429]);
		sandbox().reset();
		expect(await statuses(1)).toEqual([200]);
	});

	it('the earliest injection first', async () => {
		sandbox().inject({ call: 'submit', fault: busy });
		sandbox().inject({ call: 'submit', fault: broken });
		expect(await statuses(3)).toEqual([429, 500, 200]);
	});

	it('only those of the provider and the call', async () => {
		sandbox().inject({ provider: 'evolink', call: 'submit', fault: busy });
		sandbox().inject({ provider: 'fal', call: 'cancel', fault: busy });
		expect(await statuses(1)).toEqual([200]);
	});

	it('only those about a job', async () => {
		const prompts = ['one', 'two'];
		sandbox().inject({ call: 'submit', about: 'two', fault: busy, times: 2 });
		const submitted = [];
		for (const prompt of [...prompts, 'two', 'two']) {
			submitted.push(await ask('post', submitPath, { ...input, prompt }));
		}
		expect(submitted.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
		sandbox().inject({ call: 'status', about: 'two', fault: broken });
		const statuses = [];
		for (const { data } of [submitted[0], submitted[3]]) {
			statuses.push((await ask('get', `${app}/${data.request_id}/status`)).status);
		}
		expect(statuses).toEqual([202, 500]);
		expect(sandbox().requests.map(({ fault }) => fault)).toEqual([
			undefined,
			'status',
			'status',
			undefined,
			undefined,
			'status',
		]);
	});

	it('a video belongs to the provider that made it', async () => {
		sandbox().inject({ provider: 'fal', call: 'media', fault: broken });
		expect((await askBare(await finishedVideo())).status).toBe(500);
		expect(sandbox().count({ provider: 'fal', call: 'media' })).toBe(1);
	});

	it('a fault that does not exist is refused', () => {
		expect(() => sandbox().inject({ call: 'submitt' as 'submit', fault: busy })).toThrow();
		expect(() => sandbox().inject({ call: 'submit', fault: { kind: 'slow' } as never })).toThrow();
	});
});
