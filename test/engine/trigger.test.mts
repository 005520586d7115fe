import { deflateRawSync } from 'node:zlib';

import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { sealToken } from '../../nodes/shared/callback/token';
import { providers } from '../../nodes/shared/registry';
import { startSandbox } from '../../sandbox/server.mts';
import { published } from '../providers/published.mts';
import { jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';
import { allWarnings, startTrigger, until } from './triggerHarness.mts';
import type { RunningTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.05);
useFastClock();

const calling = providers
	.filter((provider) => provider.callback)
	.map((provider) => [provider.id, provider] as const);
const silent = providers
	.filter((provider) => !provider.callback)
	.map((provider) => [provider.id, provider] as const);

const pause = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));

describe.each(calling)('%s', (id, provider) => {
	let trigger: RunningTrigger;
	beforeEach(async () => {
		Object.assign(sandbox().settings, {
			allowHttpCallbacks: true,
			callbackRetryMilliseconds: 2200,
		});
		trigger = await startTrigger(sandbox(), id);
	});

	const generate = async (prompt: string, options: IDataObject = {}) =>
		jsonOf(
			await runUnified(sandbox(), provider, {
				operation: 'generate',
				...request,
				prompt,
				options: { callbackUrl: trigger.url, metadata: '{"row": 7}', ...options } as never,
			}),
		)[0];

	/** A job whose callback has not been sent: the test sends what it likes. */
	const quietJob = async () => {
		const job = await generate('x #sandbox:seconds=600');
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(String(job.jobId));
		await until(() => sandbox().deliveries.length > 0 || id === 'evolink');
		sandbox().settings.allowHttpCallbacks = true;
		return String(job.jobId);
	};
	const statuses = (deliveries: Array<{ status?: number }>) =>
		deliveries.map(({ status }) => status);
	const send = async (
		jobId: string,
		options: Parameters<ReturnType<typeof sandbox>['deliver']>[1] = {},
	) => statuses(await sandbox().deliver(jobId, options));
	const withToken = (url: string, token: string) => {
		const changed = new URL(url);
		changed.searchParams.set('veoToken', token);
		return changed.toString();
	};
	const urlOf = (jobId: string) =>
		String(
			sandbox()
				.jobs()
				.find((job) => job.id === jobId)?.callbackUrl,
		);
	const tokenOf = (jobId: string) => String(new URL(urlOf(jobId)).searchParams.get('veoToken'));

	it('a finished video starts one run, with the metadata of its request', async () => {
		const job = await generate('x');
		await until(() => trigger.runs.length > 0);
		expect(trigger.runs).toEqual([
			[
				{
					json: {
						provider: id,
						model: provider.models[0].id,
						jobId: job.jobId,
						status: 'completed',
						progress: 100,
						videoUrl: sandbox().jobs()[0].videoUrl,
						videoUrlExpiresAt: published[id].linkHours ? expect.any(String) : null,
						error: null,
						cost: null,
						metadata: { row: 7 },
					},
				},
			],
		]);
		await until(() => statuses(sandbox().deliveries).join() === '200');
	});

	it('a failed job starts a run that says why', async () => {
		await generate('x #sandbox:content-policy');
		await until(() => trigger.runs.length > 0);
		expect(trigger.runs[0][0].json).toMatchObject({
			status: 'failed',
			videoUrl: null,
			error: { message: expect.stringMatching(/\w/) },
			metadata: { row: 7 },
		});
	});

	it('an event that was not asked for is taken and starts nothing', async () => {
		trigger = await startTrigger(sandbox(), id, { events: ['failed'] });
		await generate('x');
		await until(() => statuses(sandbox().deliveries).join() === '200');
		await pause(50);
		expect(trigger.runs).toEqual([]);
	});

	it('with Download Video the file is in the item, and the answer did not wait for it', async () => {
		trigger = await startTrigger(sandbox(), id, {
			options: { downloadVideo: true, binaryField: 'film' },
		});
		sandbox().inject({
			call: 'media',
			fault: { kind: 'slow', milliseconds: 600, where: 'headers' },
		});
		await generate('x');
		await until(() => statuses(sandbox().deliveries).includes(200));
		expect(trigger.runs).toEqual([]);
		await until(() => trigger.runs.length > 0);
		expect(trigger.runs[0][0].binary?.film).toMatchObject({ mimeType: 'video/mp4' });
	});

	it.each([
		['is gone', { kind: 'status', status: 404 }],
		['leads to a page', { kind: 'raw', status: 200, contentType: 'text/html', body: '<html>' }],
		['is always cut off', { kind: 'truncate' }],
	] as const)('a video whose link %s: the item keeps the link and says why', async (_, fault) => {
		trigger = await startTrigger(sandbox(), id, { options: { downloadVideo: true } });
		sandbox().inject({ call: 'media', fault, times: Infinity });
		await generate('x');
		await until(() => trigger.runs.length > 0, 10_000);
		expect(trigger.runs).toHaveLength(1);
		const [{ json, binary }] = trigger.runs[0];
		expect(binary).toBeUndefined();
		expect(json).toMatchObject({
			status: 'completed',
			videoUrl: sandbox().jobs()[0].videoUrl,
			error: { message: expect.stringMatching(/\w/) },
			metadata: { row: 7 },
		});
	});

	it('a failed job has no video to download', async () => {
		trigger = await startTrigger(sandbox(), id, { options: { downloadVideo: true } });
		await generate('x #sandbox:content-policy');
		await until(() => trigger.runs.length > 0);
		expect(trigger.runs[0][0]).toMatchObject({ json: { status: 'failed' } });
		expect(sandbox().count({ call: 'media' })).toBe(0);
	});

	it('deliveries that are repeated, and five at the same moment, start one run', async () => {
		const jobId = await quietJob();
		const first = await send(jobId, { times: 5, parallel: true });
		// One is being checked while others arrive (503), or has been accepted already (200).
		expect(first).toContain(200);
		expect(first.filter((status) => status !== 200 && status !== 503)).toEqual([]);
		expect(await send(jobId, { times: 3 })).toEqual([200, 200, 200]);
		expect(trigger.runs).toHaveLength(1);
	});

	it('a spent token is stored until it expires', async () => {
		const jobId = await quietJob();
		await send(jobId);
		const { spent } = trigger.staticData.veoTokens as { spent: Record<string, number> };
		expect(Object.values(spent).every((expires) => expires > Date.now())).toBe(true);
		expect(Object.keys(spent).length).toBeGreaterThan(0);
	});

	it('a delivery before the job has ended is sent again later', async () => {
		const job = await generate('x #sandbox:seconds=600');
		expect(await send(String(job.jobId))).toEqual([503]);
		sandbox().finish(String(job.jobId));
		await until(() => trigger.runs.length > 0, 6000);
		expect(trigger.runs).toHaveLength(1);
	});

	it('trouble of our own is answered, and starts no failed execution', async () => {
		const jobId = await quietJob();
		const { baseUrl } = trigger.credential;
		trigger.credential.baseUrl = 'nonsense';
		expect(await send(jobId)).toEqual([503]);
		expect(trigger.runs).toEqual([]);
		trigger.credential.baseUrl = baseUrl;
		await pause(2100);
		expect(await send(jobId)).toEqual([200]);
	});

	it('while the provider cannot be asked, the delivery is sent again later', async () => {
		const jobId = await quietJob();
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 503 } });
		expect(await send(jobId)).toEqual([503]);
		await pause(2100);
		expect(await send(jobId)).toEqual([200]);
		expect(trigger.runs).toHaveLength(1);
	});

	describe('attacks', () => {
		it.each([
			['no token', ''],
			['a made-up token', 'v1.AAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
			['half a token', 'v1'],
			['a token of another version', 'v2.AAAAAAAA.AAAA'],
			['a header injection', 'v1.AA\r\nX-Evil: 1.AA'],
			['a very long token', `v1.${'A'.repeat(2000)}.${'A'.repeat(2000)}`],
		])('%s: 401', async (_, token) => {
			const jobId = await quietJob();
			expect(await send(jobId, { url: withToken(urlOf(jobId), token) })).toEqual([401]);
			expect(trigger.runs).toEqual([]);
		});

		it('a token of another provider: 401', async () => {
			const jobId = await quietJob();
			const { apiKey } = sandbox().credentials[id];
			const foreign = sealToken(String(apiKey), {
				provider: 'another',
				model: 'm',
				item: 0,
				nonce: 'n',
				expires: Date.now() + 60_000,
				metadata: null,
			});
			expect(await send(jobId, { url: withToken(urlOf(jobId), foreign) })).toEqual([401]);
			expect(trigger.runs).toEqual([]);
		});

		it('an expired token: 401', async () => {
			const jobId = await quietJob();
			const { apiKey } = sandbox().credentials[id];
			const old = {
				provider: id,
				model: 'm',
				item: 0,
				nonce: 'n',
				expires: Date.now() - 1,
				metadata: null,
			};
			const url = withToken(urlOf(jobId), sealToken(String(apiKey), old));
			expect(await send(jobId, { url })).toEqual([401]);
			expect(trigger.runs).toEqual([]);
		});

		it('a token of another key: 401, and the log says what to do, once', async () => {
			const jobId = await quietJob();
			const content = {
				provider: id,
				model: 'm',
				item: 0,
				nonce: 'n',
				expires: Date.now() + 60_000,
				metadata: null,
			};
			const url = withToken(urlOf(jobId), sealToken('another-api-key', content));
			expect(await send(jobId, { url, times: 3 })).toEqual([401, 401, 401]);
			expect(trigger.warnings.length).toBeLessThanOrEqual(1);
			for (const warning of trigger.warnings) {
				expect(warning).toContain('credential of the generating node');
				expect(warning).not.toContain('another-api-key');
			}
		});

		it('changed metadata: 401', async () => {
			const jobId = await quietJob();
			const [version, keyId, sealed] = tokenOf(jobId).split('.');
			const bytes = Buffer.from(sealed, 'base64url');
			bytes[bytes.length - 3] ^= 1;
			const token = `${version}.${keyId}.${bytes.toString('base64url')}`;
			expect(await send(jobId, { url: withToken(urlOf(jobId), token) })).toEqual([401]);
			expect(trigger.runs).toEqual([]);
		});

		it('a leaked token with another job, after its own was delivered: no run', async () => {
			const own = await quietJob();
			const other = await quietJob();
			expect(await send(own)).toEqual([200]);
			expect(await send(other, { url: urlOf(own) })).toEqual([200]);
			expect(trigger.runs).toHaveLength(1);
			expect(trigger.runs[0][0].json.jobId).toBe(own);
		});

		it('the job of a stranger, which the provider does not show us: no run', async () => {
			const jobId = await quietJob();
			sandbox().inject({ call: 'status', fault: { kind: 'status', status: 404 } });
			expect(await send(jobId)).toEqual([400]);
			expect(trigger.runs).toEqual([]);
		});

		it('a job ID that would change the address is only an ID', async () => {
			const jobId = await quietJob();
			const evil = '../../../evil?x=https://evil.example/';
			const [status] = await send(jobId, {
				payload: (payload) =>
					JSON.parse(JSON.stringify(payload).replaceAll(jobId, evil)) as unknown,
			});
			expect([400, 503]).toContain(status);
			expect(trigger.runs).toEqual([]);
			for (const { path } of sandbox().requests) expect(path).not.toContain('evil?');
		});

		it('a flood of forgeries with a valid token asks the provider at most once in two seconds', async () => {
			const job = await generate('x #sandbox:never');
			const before = sandbox().count({ call: 'status' });
			const answers = await send(String(job.jobId), { times: 50, parallel: true });
			expect(new Set(answers)).toEqual(new Set([503]));
			expect(sandbox().count({ call: 'status' }) - before).toBe(1);
			expect(trigger.runs).toEqual([]);
		});

		it.each([
			['a huge body', 'application/json', JSON.stringify({ a: 'x'.repeat(1_100_000) })],
			['deep JSON', 'application/json', '['.repeat(200_000) + ']'.repeat(200_000)],
			['broken JSON', 'application/json', '{"request_id":'],
			['a body that is no object', 'application/json', '"text"'],
			['an empty body', 'application/json', ''],
			['an object without a job', 'application/json', '{"hello":1}'],
			['another content type', 'text/plain', '{"request_id":"x","id":"x"}'],
			['compressed rubbish', 'application/octet-stream', deflateRawSync('x').toString('latin1')],
		])('%s: refused, no question asked, no run', async (_, contentType, body) => {
			const jobId = await quietJob();
			const before = sandbox().requests.length;
			const mutate = (message: { headers: Record<string, string>; body: string; url: string }) => ({
				...message,
				headers: { ...message.headers, 'Content-Type': contentType },
				body,
			});
			const answers = await send(jobId, { mutate });
			// A changed body does not fit fal's signature any more.
			expect(answers).toEqual([id === 'fal' && body.length <= 1024 * 1024 ? 401 : 400]);
			const asked = sandbox()
				.requests.slice(before)
				.filter(({ call }) => call !== 'jwks');
			expect(asked).toEqual([]);
			expect(trigger.runs).toEqual([]);
		});

		it('a nonsense delivery does not keep the real one away', async () => {
			const jobId = await quietJob();
			if (id !== 'fal') {
				const mutate = (message: {
					headers: Record<string, string>;
					body: string;
					url: string;
				}) => ({
					...message,
					body: '{}',
				});
				expect(await send(jobId, { mutate })).toEqual([400]);
			}
			expect(await send(jobId)).toEqual([200]);
			expect(trigger.runs).toHaveLength(1);
		});

		it('no answer tells more than its status', async () => {
			const jobId = await quietJob();
			const answer = await axios.post(
				withToken(urlOf(jobId), 'v1.x.y'),
				{},
				{ validateStatus: () => true },
			);
			expect(answer.data).toEqual({ accepted: false });
		});
	});
});

describe('fal signs', () => {
	let trigger: RunningTrigger;
	beforeEach(async () => {
		sandbox().settings.allowHttpCallbacks = true;
		trigger = await startTrigger(sandbox(), 'fal');
	});

	async function quietJob() {
		const [, fal] = calling[0];
		const result = await runUnified(sandbox(), fal, {
			operation: 'generate',
			...request,
			prompt: 'x #sandbox:seconds=600',
			options: { callbackUrl: trigger.url },
		});
		const jobId = String(jsonOf(result)[0].jobId);
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(jobId);
		await until(() => sandbox().deliveries.length > 0);
		sandbox().settings.allowHttpCallbacks = true;
		return jobId;
	}

	type Message = { headers: Record<string, string>; body: string; url: string };
	const header = (message: Message, name: string, value: string): Message => ({
		...message,
		headers: Object.fromEntries(
			Object.entries(message.headers).map(([key, old]) => [
				key,
				key.toLowerCase() === name ? value : old,
			]),
		),
	});
	const headerOf = (message: Message, name: string) =>
		Object.entries(message.headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';

	it.each<[string, (message: Message) => Message]>([
		['no signature', (message) => header(message, 'x-fal-webhook-signature', '')],
		[
			'a changed signature',
			(message) => {
				const signature = headerOf(message, 'x-fal-webhook-signature');
				const changed = (signature[0] === '0' ? '1' : '0') + signature.slice(1);
				return header(message, 'x-fal-webhook-signature', changed);
			},
		],
		[
			'a body changed by one byte',
			(message) => ({ ...message, body: message.body.replace('"', ' "') }),
		],
		[
			'a valid signature over re-serialised JSON',
			(message) => ({ ...message, body: JSON.stringify(JSON.parse(message.body), null, 1) }),
		],
		[
			'a stale timestamp',
			(message) =>
				header(message, 'x-fal-webhook-timestamp', String(Math.floor(Date.now() / 1000) - 301)),
		],
		[
			'another request ID in the headers',
			(message) => header(message, 'x-fal-webhook-request-id', 'another'),
		],
	])('%s: 401', async (_, mutate) => {
		const jobId = await quietJob();
		const [{ status }] = await sandbox().deliver(jobId, { mutate });
		expect(status).toBe(401);
		expect(trigger.runs).toEqual([]);
	});

	it('takes an OK with a null payload and a payload error, and a differing gateway ID', async () => {
		for (const directive of ['payload-error', 'gateway-retry']) {
			const [, fal] = calling[0];
			await runUnified(sandbox(), fal, {
				operation: 'generate',
				...request,
				prompt: `x #sandbox:${directive}`,
				options: { callbackUrl: trigger.url },
			});
		}
		await until(() => trigger.runs.length === 2);
		for (const [{ json }] of trigger.runs) expect(json.status).toBe('completed');
	});

	it('keys that fal has changed are fetched again, at most every five minutes', async () => {
		const first = await quietJob();
		await sandbox().deliver(first);
		const fetched = () => sandbox().count({ call: 'jwks' });
		const before = fetched();
		sandbox().rotateKeys();
		const second = await quietJob();
		const answers = await sandbox().deliver(second, { times: 10, parallel: true });
		expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(401));
		expect(fetched() - before).toBe(0);

		const later = Date.now() + 5 * 60_000;
		const now = jest.spyOn(Date, 'now').mockImplementation(() => later);
		try {
			expect((await sandbox().deliver(second)).map(({ status }) => status)).toEqual([200]);
		} finally {
			now.mockRestore();
		}
		expect(fetched() - before).toBe(1);
		expect(trigger.runs).toHaveLength(2);
	});

	it('without its keys no signature is good: it is asked to deliver again', async () => {
		// One whose keys no test has seen before.
		const other = await startSandbox({ jobSeconds: 600, allowHttpCallbacks: true });
		try {
			trigger = await startTrigger(other, 'fal');
			other.inject({ call: 'jwks', fault: { kind: 'status', status: 503 }, times: Infinity });
			const options = { callbackUrl: trigger.url };
			await runUnified(other, calling[0][1], { operation: 'generate', ...request, options });
			const [{ id }] = other.jobs();
			other.settings.allowHttpCallbacks = false;
			other.finish(id);
			other.settings.allowHttpCallbacks = true;
			expect((await other.deliver(id)).map(({ status }) => status)).toEqual([503]);
			expect(trigger.runs).toEqual([]);
			other.reset();
		} finally {
			await other.stop();
		}
	});
});

describe('ShortAPI, whose payload is not documented', () => {
	it.each(['data.id', 'data.job_id', 'job_id', 'id'] as const)(
		'finds the job at %s',
		async (shape) => {
			Object.assign(sandbox().settings, { allowHttpCallbacks: true, shortapiCallbackShape: shape });
			const trigger = await startTrigger(sandbox(), 'shortapi');
			const shortapi = calling.find(([id]) => id === 'shortapi')![1];
			await runUnified(sandbox(), shortapi, {
				operation: 'generate',
				...request,
				options: { callbackUrl: trigger.url },
			});
			await until(() => trigger.runs.length > 0);
		},
	);

	it('none: 400 and a line in the log', async () => {
		Object.assign(sandbox().settings, { allowHttpCallbacks: true, shortapiCallbackShape: 'query' });
		const trigger = await startTrigger(sandbox(), 'shortapi');
		const shortapi = calling.find(([id]) => id === 'shortapi')![1];
		await runUnified(sandbox(), shortapi, {
			operation: 'generate',
			...request,
			options: { callbackUrl: trigger.url },
		});
		await until(() => sandbox().deliveries[0]?.status !== undefined);
		expect(sandbox().deliveries[0].status).toBe(400);
		expect(allWarnings.join()).toContain('no job ID');
	});
});

describe('generate refuses a callback that cannot work, before anything is submitted', () => {
	const refused = async (id: string, options: IDataObject, baseUrl?: string) => {
		const provider = providers.find((entry) => entry.id === id)!;
		const credentials = { ...sandbox().credentials[id], ...(baseUrl && { baseUrl }) };
		const result = await runUnified(
			sandbox(),
			provider,
			{
				operation: 'generate',
				...request,
				model: `={{ "${provider.models[0].id}" }}`,
				options: options as never,
			},
			{ credentials: { [provider.credential]: credentials } },
		);
		expect(sandbox().requests).toEqual([]);
		return `${result.error?.message} ${result.error?.description}`;
	};

	it.each(silent)('%s does not call back, and the error names the alternative', async (id) => {
		const text = await refused(id, { callbackUrl: 'https://n8n.example.org/webhook/x/callback' });
		expect(text).toContain('does not call back');
		expect(text).toContain('Generate and Wait');
	});

	it.each([
		['http://n8n.example.org/webhook/x/callback', 'does not start with https://'],
		['https://localhost:5678/webhook/x/callback', 'private network'],
		['https://192.168.1.4/webhook/x/callback', 'private network'],
		['https://n8n.example.org/webhook-test/x/callback', 'a test URL'],
		['nonsense', 'does not start with https://'],
	])('%s', async (callbackUrl, problem) => {
		expect(await refused('fal', { callbackUrl }, 'https://queue.fal.run')).toContain(problem);
	});

	it('metadata of more than 1,000 bytes', async () => {
		const metadata = JSON.stringify({ text: 'ä'.repeat(500) });
		const options = { callbackUrl: 'https://n8n.example.org/webhook/x/callback', metadata };
		expect(await refused('fal', options)).toContain('more than 1000 bytes');
	});

	it('no active trigger in this workflow', async () => {
		expect(await refused('fal', { callbackThisWorkflow: true })).toContain(
			'no active Veo Reference Video Trigger',
		);
	});
});
