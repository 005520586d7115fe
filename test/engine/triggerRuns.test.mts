import { setTimeout as pause } from 'node:timers/promises';

import { published } from '../providers/published.mts';
import { until } from '../../scripts/until.mts';
import { useFastClock, useSandbox } from './sandboxed.mts';
import { calling, statusesOf, useTrigger } from './triggered.mts';

const sandbox = useSandbox(0.05);
useFastClock();

describe.each(calling)('%s', (id, provider) => {
	const { trigger, startWith, generate, quietJob, send } = useTrigger(sandbox, provider);

	it('a finished video starts one run, with the metadata of its request', async () => {
		const job = await generate('x');
		await until('a run has started', () => trigger().runs.length > 0);
		expect(trigger().runs).toEqual([
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
		await until(
			'the callback is answered',
			() => statusesOf(sandbox().deliveries).join() === '200',
		);
	});

	it('a failed job starts a run that says why', async () => {
		await generate('x #sandbox:content-policy');
		await until('a run has started', () => trigger().runs.length > 0);
		expect(trigger().runs[0][0].json).toMatchObject({
			status: 'failed',
			videoUrl: null,
			error: { message: expect.stringMatching(/\w/) },
			metadata: { row: 7 },
		});
	});

	it('an event that was not asked for is taken and starts nothing', async () => {
		await startWith({ events: ['failed'] });
		await generate('x');
		await until(
			'the callback is answered',
			() => statusesOf(sandbox().deliveries).join() === '200',
		);
		await pause(50);
		expect(trigger().runs).toEqual([]);
	});

	it('with Download Video the file is in the item, and the answer did not wait for it', async () => {
		await startWith({
			options: { downloadVideo: true, binaryField: 'film' },
		});
		sandbox().inject({
			call: 'media',
			fault: { kind: 'slow', milliseconds: 600, where: 'headers' },
		});
		await generate('x');
		await until('the callback is answered', () => statusesOf(sandbox().deliveries).includes(200));
		expect(trigger().runs).toEqual([]);
		await until('a run has started', () => trigger().runs.length > 0);
		expect(trigger().runs[0][0].binary?.film).toMatchObject({ mimeType: 'video/mp4' });
	});

	it.each([
		['is gone', { kind: 'status', status: 404 }],
		['leads to a page', { kind: 'raw', status: 200, contentType: 'text/html', body: '<html>' }],
		['is always cut off', { kind: 'truncate' }],
	] as const)('a video whose link %s: the item keeps the link and says why', async (_, fault) => {
		await startWith({ options: { downloadVideo: true } });
		sandbox().inject({ call: 'media', fault, times: Infinity });
		await generate('x');
		await until('a run has started', () => trigger().runs.length > 0, 10_000);
		expect(trigger().runs).toHaveLength(1);
		const [{ json, binary }] = trigger().runs[0];
		expect(binary).toBeUndefined();
		expect(json).toMatchObject({
			status: 'completed',
			videoUrl: sandbox().jobs()[0].videoUrl,
			error: { message: expect.stringMatching(/\w/) },
			metadata: { row: 7 },
		});
	});

	it('a failed job has no video to download', async () => {
		await startWith({ options: { downloadVideo: true } });
		await generate('x #sandbox:content-policy');
		await until('a run has started', () => trigger().runs.length > 0);
		expect(trigger().runs[0][0]).toMatchObject({ json: { status: 'failed' } });
		expect(sandbox().count({ call: 'media' })).toBe(0);
	});

	it('deliveries that are repeated, and five at the same moment, start one run', async () => {
		const jobId = await quietJob();
		const first = await send(jobId, { times: 5, parallel: true });
		// One is being checked while others arrive (503), or has been accepted already (200).
		expect(first).toContain(200);
		expect(first.filter((status) => status !== 200 && status !== 503)).toEqual([]);
		expect(await send(jobId, { times: 3 })).toEqual([200, 200, 200]);
		expect(trigger().runs).toHaveLength(1);
	});

	it('a spent token is stored until it expires', async () => {
		const jobId = await quietJob();
		await send(jobId);
		const { spent } = trigger().staticData.veoTokens as { spent: Record<string, number> };
		expect(Object.values(spent).every((expires) => expires > Date.now())).toBe(true);
		expect(Object.keys(spent).length).toBeGreaterThan(0);
	});

	it('a delivery before the job has ended is sent again later', async () => {
		const job = await generate('x #sandbox:seconds=600');
		expect(await send(String(job.jobId))).toEqual([503]);
		sandbox().finish(String(job.jobId));
		await until('a run has started', () => trigger().runs.length > 0, 6000);
		expect(trigger().runs).toHaveLength(1);
	});

	it('trouble of our own is answered, and starts no failed execution', async () => {
		const jobId = await quietJob();
		const { baseUrl } = trigger().credential;
		trigger().credential.baseUrl = 'nonsense';
		expect(await send(jobId)).toEqual([503]);
		expect(trigger().runs).toEqual([]);
		trigger().credential.baseUrl = baseUrl;
		await pause(2100);
		expect(await send(jobId)).toEqual([200]);
	});

	it('while the provider cannot be asked, the delivery is sent again later', async () => {
		const jobId = await quietJob();
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 503 } });
		expect(await send(jobId)).toEqual([503]);
		await pause(2100);
		expect(await send(jobId)).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
	});
});
