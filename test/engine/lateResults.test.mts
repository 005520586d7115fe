import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import type { Fault } from '../../sandbox/server.mts';
import { until } from '../../scripts/until.mts';
import { jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';
import { startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.05);

const providerOf = (id: string) => providers.find((provider) => provider.id === id)!;

/** Answers in which a provider calls a job completed and names no video. */
const completedWithoutVideo: Record<string, object> = {
	aihubmax: { status: 'completed', progress: 100, results: null },
	evolink: { status: 'completed', progress: 100, results: [] },
	aimlapi: { status: 'completed', video: null },
	shortapi: { code: 0, data: { status: 2, result: {} } },
};

const withoutVideo = (id: string): Fault => ({
	kind: 'status',
	status: 200,
	body: completedWithoutVideo[id],
});

/** Without its video to the next `times` questions about it. */
const finishLate = (id: string, times: number) =>
	sandbox().inject({ call: 'status', fault: withoutVideo(id), times });

const run = async (id: string, parameters: INodeParameters, input: IDataObject[] = [{}]) =>
	await runUnified(sandbox(), providerOf(id), parameters, { input });

/** A job that has ended at its provider. */
async function endedJob(id: string, prompt = 'x'): Promise<IDataObject> {
	const generated = await run(id, { operation: 'generate', ...request, prompt });
	const [job] = jsonOf(generated);
	sandbox().finish(String(job.jobId));
	return job;
}

const getParameters = { resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' };
const get = async (id: string, job: IDataObject) => jsonOf(await run(id, getParameters, [job]))[0];
const questions = () => sandbox().count({ call: 'status' });

it('Get waits the moment that the results of AIHubMax come late', async () => {
	const job = await endedJob('aihubmax', 'x #sandbox:late-results');
	expect(await get('aihubmax', job)).toMatchObject({
		status: 'completed',
		videoUrl: sandbox().jobs()[0].videoUrl,
	});
	expect(questions()).toBe(2);
});

describe.each(Object.keys(completedWithoutVideo))('%s, completed without a video', (id) => {
	useFastClock();

	it('Get asks again until the video is there', async () => {
		const job = await endedJob(id);
		finishLate(id, 3);
		expect(await get(id, job)).toMatchObject({
			status: 'completed',
			videoUrl: expect.stringMatching(/\.mp4$/),
			error: null,
		});
		expect(questions()).toBe(4);
	});

	it('Get says that it is in progress where the video does not come within seconds', async () => {
		const job = await endedJob(id);
		finishLate(id, Infinity);
		expect(await get(id, job)).toMatchObject({
			status: 'in_progress',
			progress: 'progress' in completedWithoutVideo[id] ? 100 : null,
			videoUrl: null,
			error: null,
		});
		expect(questions()).toBe(4);
	});

	it('what is known is not lost with a question that fails', async () => {
		const job = await endedJob(id);
		finishLate(id, 1);
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 404 } });
		expect(await get(id, job)).toMatchObject({ status: 'in_progress', error: null });
	});

	it('a provider that asks for a long break gets it', async () => {
		const job = await endedJob(id);
		const headers = { 'retry-after': '60' };
		sandbox().inject({ call: 'status', fault: { ...withoutVideo(id), headers } as Fault });
		expect(await get(id, job)).toMatchObject({ status: 'in_progress' });
		expect(questions()).toBe(1);
	});

	it('Download fetches the video that comes late', async () => {
		const job = await endedJob(id);
		finishLate(id, 2);
		const parameters = { operation: 'download', jobId: '={{ $json.jobId }}' };
		const { items } = await run(id, parameters, [job]);
		expect(items[0].binary?.data.mimeType).toBe('video/mp4');
	});

	it('Generate and Wait asks no more often than its interval says', async () => {
		finishLate(id, Infinity);
		const options = { pollInterval: 5, timeout: 0.2, waitStrategy: 'polling' };
		await run(id, { operation: 'generateAndWait', ...request, options });
		// Twelve seconds: at the end of the first five, of the next, and perhaps at the very end.
		expect(questions()).toBeGreaterThan(1);
		expect(questions()).toBeLessThanOrEqual(3);
	});
});

describe.each(['evolink', 'shortapi'])('a callback of %s about a video that comes late', (id) => {
	useFastClock();
	// Told once; the test does not count on a second delivery.
	beforeEach(() =>
		Object.assign(sandbox().settings, {
			allowHttpCallbacks: true,
			callbackRetryMilliseconds: 60_000,
		}),
	);

	it('starts its run', async () => {
		const trigger = await startTrigger(sandbox(), id);
		const options = { callbackUrl: trigger.url };
		const parameters = { operation: 'generate', ...request, prompt: 'x #sandbox:seconds=600' };
		const [job] = jsonOf(await run(id, { ...parameters, options }));
		finishLate(id, 2);
		sandbox().finish(String(job.jobId));
		await until('the callback is answered', () =>
			sandbox().deliveries.some(({ status }) => status !== undefined),
		);
		expect(sandbox().deliveries).toMatchObject([{ status: 200 }]);
		expect(trigger.runs).toMatchObject([[{ json: { jobId: job.jobId, status: 'completed' } }]]);
	});

	it('wakes the execution that sleeps', async () => {
		const sleeping = await run(id, {
			operation: 'generateAndWait',
			...request,
			prompt: 'x #sandbox:seconds=600',
			options: { waitStrategy: 'callback' },
		});
		const [job] = sandbox().jobs();
		const token = new URL(String(job.callbackUrl)).searchParams.get('veoToken') ?? '';
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(job.id);
		finishLate(id, 2);
		const { status, items } = await sleeping.wake({ token });
		expect(status).toBe(200);
		expect(items).toMatchObject([{ json: { jobId: job.id, status: 'completed' } }]);
	});
});
