import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '../../sandbox/server.mts';
import { useSandbox } from '../useSandbox.mts';
import { askBare, clientOf } from './client.mts';

const submitPath = '/fal/queue/fal-ai/veo3.1/reference-to-video';
const input = { prompt: 'A lamp', image_urls: ['https://cdn.example.org/lamp.png'] };

const sandbox = useSandbox(60);
const ask = clientOf(sandbox, 'Key');
const control = (method: string, path: string, data?: unknown) =>
	askBare(`${sandbox().url}/_sandbox${path}`, { method, data });

describe('the sandbox in the process', () => {
	it('listens on the loopback address only and names a credential per provider', () => {
		expect(sandbox().url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
		expect(sandbox().credentials.fal).toEqual({
			apiKey: 'sandbox-key',
			baseUrl: `${sandbox().url}/fal/queue`,
			restUrl: `${sandbox().url}/fal/rest`,
			platformUrl: `${sandbox().url}/fal/platform`,
		});
	});

	it('records every request with what was sent and what was answered', async () => {
		await ask('post', `${submitPath}?fal_max_queue_length=5`, input);
		await ask('post', submitPath, { ...input, seed: 1 });
		await ask('get', '/fal/queue/other');
		expect(sandbox().requests).toMatchObject([
			{
				provider: 'fal',
				call: 'submit',
				method: 'POST',
				path: submitPath,
				query: { fal_max_queue_length: '5' },
				headers: { authorization: 'Key sandbox-key' },
				body: input,
				status: 200,
				jobId: sandbox().jobs()[0].id,
			},
			{ call: 'submit', status: 422 },
			{ call: 'unknown', status: 404 },
		]);
		expect(sandbox().requests[1].jobId).toBeUndefined();
		expect(sandbox().count()).toBe(3);
		expect(sandbox().count({ call: 'submit' })).toBe(2);
		expect(sandbox().count({ provider: 'evolink' })).toBe(0);
	});

	it('shows jobs as copies', async () => {
		await ask('post', submitPath, input);
		sandbox().jobs()[0].state = 'failed';
		expect(sandbox().jobs()).toMatchObject([{ state: 'queued', progress: 0 }]);
		expect(sandbox().jobs()[0]).not.toHaveProperty('outcome');
	});

	it('gives the later jobs the time that was set last', async () => {
		await ask('post', submitPath, input);
		sandbox().setJobSeconds(0);
		await ask('post', submitPath, input);
		await new Promise((resolve) => setTimeout(resolve, 5));
		expect(
			sandbox()
				.jobs()
				.map(({ state }) => state),
		).toEqual(['queued', 'completed']);
	});

	it('ends a job that never ends when asked to', async () => {
		const { data } = await ask('post', submitPath, { ...input, prompt: '#sandbox:never' });
		sandbox().finish(data.request_id);
		expect(sandbox().jobs()).toMatchObject([{ state: 'completed', progress: 100 }]);
		expect(() => sandbox().finish('other')).toThrow('no job other');
	});

	it('runs beside another one without sharing anything', async () => {
		const other = await startSandbox();
		await ask('post', submitPath, input);
		expect(other.jobs()).toEqual([]);
		expect(other.url).not.toBe(sandbox().url);
		await other.stop();
		await expect(askBare(other.url)).rejects.toThrow(/ECONNREFUSED/);
	});
});

describe('the control routes', () => {
	it('describe the sandbox', async () => {
		const { data } = await control('get', '');
		expect(data).toMatchObject({ url: sandbox().url, apiKey: 'sandbox-key' });
		expect(data.providers.map(({ id }: { id: string }) => id)).toContain('fal');
		expect(data.directives).toHaveProperty('content-policy');
	});

	it('know every directive that the README lists, and no other', async () => {
		const { data } = await control('get', '');
		const readme = readFileSync(join(__dirname, '../../sandbox/README.md'), 'utf8');
		const section = readme.slice(readme.indexOf('## Directives'), readme.indexOf('## Faults'));
		const listed = [...section.matchAll(/`(?:#sandbox:)?([a-z-]+)(?:=\w+)?`/g)].map(
			([, name]) => name,
		);
		const known = [data.directives, ...data.providers.map((one: any) => one.directives)]
			.flatMap((directives) => Object.keys(directives))
			.map((name) => name.replace('=N', ''));
		expect(new Set(listed)).toEqual(new Set(known));
	});

	it('show requests, jobs and deliveries, and are no requests themselves', async () => {
		await ask('post', submitPath, input);
		expect((await control('get', '/requests')).data).toMatchObject([{ call: 'submit' }]);
		expect((await control('get', '/jobs')).data).toMatchObject([{ prompt: 'A lamp' }]);
		expect((await control('get', '/deliveries')).data).toEqual([]);
	});

	it('inject faults, once or always', async () => {
		const fault = { kind: 'status', status: 503 };
		await control('post', '/faults', { call: 'submit', fault });
		expect((await ask('post', submitPath, input)).status).toBe(503);
		expect((await ask('post', submitPath, input)).status).toBe(200);
		await control('post', '/faults', { provider: 'fal', call: 'submit', fault, times: 'always' });
		for (let time = 0; time < 3; time += 1) {
			expect((await ask('post', submitPath, input)).status).toBe(503);
		}
	});

	it('finish a job, change the settings, and start over', async () => {
		const { data } = await ask('post', submitPath, input);
		expect((await control('post', `/jobs/${data.request_id}/finish`)).status).toBe(200);
		expect(sandbox().jobs()).toMatchObject([{ state: 'completed' }]);
		expect((await control('post', '/settings', { jobSeconds: 1 })).status).toBe(200);
		expect(sandbox().settings.jobSeconds).toBe(1);
		await control('post', '/reset');
		expect(sandbox().jobs()).toEqual([]);
		expect(sandbox().requests).toEqual([]);
		expect(sandbox().settings.jobSeconds).toBe(60);
	});

	it.each([
		['/faults', { call: 'submitt', fault: { kind: 'drop', when: 'before' } }, 'call'],
		['/faults', { call: 'submit', fault: { kind: 'explode' } }, 'kind'],
		['/faults', { call: 'submit', fault: { kind: 'drop', when: 'before' }, time: 3 }, 'time'],
		['/settings', { jobSeconds: 'ten' }, 'jobSeconds'],
		['/settings', { seconds: 10 }, 'seconds'],
	])('answer 400 at %s and say what was wrong', async (path, body, word) => {
		const { status, data } = await control('post', path, body);
		expect(status).toBe(400);
		expect(data.error).toContain(word);
	});

	it('answer 400 to broken JSON and 404 for what there is not', async () => {
		const broken = await control('post', '/settings', Buffer.from('{'));
		expect(broken).toMatchObject({ status: 400, data: { error: expect.any(String) } });
		expect((await control('post', '/jobs/other/finish')).status).toBe(404);
		expect((await control('get', '/other')).status).toBe(404);
		expect(sandbox().requests).toEqual([]);
	});
});
