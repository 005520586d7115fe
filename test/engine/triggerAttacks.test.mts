import { deflateRawSync } from 'node:zlib';

import axios from 'axios';

import { sealToken } from '../../nodes/shared/callback/token';
import { useFastClock, useSandbox } from './sandboxed.mts';
import { calling, useTrigger, withToken } from './triggered.mts';
import { startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.05);
useFastClock();

describe.each(calling)('%s', (id, provider) => {
	const { trigger, generate, quietJob, send, urlOf, tokenOf } = useTrigger(sandbox, provider);

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
		expect(trigger().runs).toEqual([]);
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
		expect(trigger().runs).toEqual([]);
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
		expect(trigger().runs).toEqual([]);
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
		const token = sealToken('another-api-key', content);
		const forged = { url: withToken(urlOf(jobId), token), times: 3 };
		expect(await send(jobId, forged)).toEqual([401, 401, 401]);
		const [warning, ...more] = trigger().warnings;
		expect(more).toEqual([]);
		expect(warning).toContain('credential of the generating node');
		expect(warning).not.toContain('another-api-key');

		// What was logged for one trigger is still news for another.
		const other = await startTrigger(sandbox(), id);
		expect(await send(jobId, { ...forged, url: withToken(other.url, token) })).toHaveLength(3);
		expect(other.warnings).toEqual([warning]);
	});

	it('changed metadata: 401', async () => {
		const jobId = await quietJob();
		const [version, keyId, sealed] = tokenOf(jobId).split('.');
		const bytes = Buffer.from(sealed, 'base64url');
		bytes[bytes.length - 3] ^= 1;
		const token = `${version}.${keyId}.${bytes.toString('base64url')}`;
		expect(await send(jobId, { url: withToken(urlOf(jobId), token) })).toEqual([401]);
		expect(trigger().runs).toEqual([]);
	});

	it('a leaked token with another job, after its own was delivered: no run', async () => {
		const own = await quietJob();
		const other = await quietJob();
		expect(await send(own)).toEqual([200]);
		expect(await send(other, { url: urlOf(own) })).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
		expect(trigger().runs[0][0].json.jobId).toBe(own);
	});

	it('the job of a stranger, which the provider does not show us: no run', async () => {
		const jobId = await quietJob();
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 404 } });
		expect(await send(jobId)).toEqual([400]);
		expect(trigger().runs).toEqual([]);
	});

	it('a job ID that would change the address is only an ID', async () => {
		const jobId = await quietJob();
		const evil = '../../../evil?x=https://evil.example/';
		const [status] = await send(jobId, {
			payload: (payload) => JSON.parse(JSON.stringify(payload).replaceAll(jobId, evil)) as unknown,
		});
		expect([400, 503]).toContain(status);
		expect(trigger().runs).toEqual([]);
		for (const { path } of sandbox().requests) expect(path).not.toContain('evil?');
	});

	it('a flood of forgeries with a valid token asks the provider at most once in two seconds', async () => {
		const job = await generate('x #sandbox:never');
		const before = sandbox().count({ call: 'status' });
		const answers = await send(String(job.jobId), { times: 50, parallel: true });
		expect(new Set(answers)).toEqual(new Set([503]));
		expect(sandbox().count({ call: 'status' }) - before).toBe(1);
		expect(trigger().runs).toEqual([]);
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
		expect(trigger().runs).toEqual([]);
	});

	it('a nonsense delivery does not keep the real one away', async () => {
		const jobId = await quietJob();
		if (id !== 'fal') {
			const mutate = (message: { headers: Record<string, string>; body: string; url: string }) => ({
				...message,
				body: '{}',
			});
			expect(await send(jobId, { mutate })).toEqual([400]);
		}
		expect(await send(jobId)).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
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
