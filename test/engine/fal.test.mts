import { fal } from '../../nodes/FalVeo/fal.provider';
import { jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const wait = { options: { pollInterval: 1 } };
const falRun = async (parameters: object) => await runUnified(sandbox(), fal, parameters as never);
const finish = async (prompt: string) =>
	jsonOf(await falRun({ operation: 'generateAndWait', ...request, prompt, ...wait }))[0];

describe('the traps of fal', () => {
	it('asks under owner and app, without the rest of the path', async () => {
		const { jobId } = await finish('x');
		const paths = sandbox().requests.map(({ call, path }) => [
			call,
			path.replace('/fal/queue', ''),
		]);
		expect(paths).toContainEqual(['status', `/fal-ai/veo3.1/requests/${jobId}/status`]);
		expect(paths).toContainEqual(['result', `/fal-ai/veo3.1/requests/${jobId}`]);
	});

	it('asks on the host of the credential, wherever the submit answer points', async () => {
		const elsewhere = 'http://127.0.0.1:1/evil';
		const jobId = '3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be';
		const body = { request_id: jobId, status_url: elsewhere, response_url: elsewhere };
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 200, body } });
		const [job] = jsonOf(await falRun({ operation: 'generate', ...request }));
		expect(job.jobId).toBe(jobId);
		await falRun({ resource: 'job', operation: 'get', jobId });
		// The bare ID does not tell the model, so it is looked for where each keeps its jobs.
		expect(sandbox().requests.map(({ path }) => path)).toEqual([
			'/fal/queue/fal-ai/veo3.1/reference-to-video',
			`/fal/queue/fal-ai/veo3.1/requests/${jobId}/status`,
			`/fal/queue/google/gemini-omni-flash/requests/${jobId}/status`,
		]);
	});

	it('reads no result before COMPLETED', async () => {
		await finish('x #sandbox:seconds=1');
		const calls = sandbox().requests.map(({ call }) => call);
		expect(calls.filter((call) => call === 'status').length).toBeGreaterThan(1);
		expect(calls.filter((call) => call === 'result')).toHaveLength(1);
	});

	it.each([
		['content-policy', 'failed', 'content_policy'],
		['image-unreadable', 'failed', 'image_unreadable'],
		['generation-failed', 'failed', 'provider_unavailable'],
		['runner-unavailable', 'failed', 'provider_unavailable'],
		['request-timeout', 'failed', 'provider_unavailable'],
		['plain-detail', 'failed', 'validation'],
	])('COMPLETED is not success: %s', async (directive, status, code) => {
		const job = await finish(`x #sandbox:${directive}`);
		expect(job).toMatchObject({ status, videoUrl: null, error: { code } });
		// What a failed job costs is not documented, so nothing is claimed.
		expect(job.cost).toBeNull();
	});

	it('takes a result that has nothing but the URL', async () => {
		expect(await finish('x #sandbox:url-only')).toMatchObject({ status: 'completed' });
	});

	it('a result that has expired is not a failed job', async () => {
		const job = await finish('x #sandbox:result-expired');
		expect(job).toMatchObject({ videoUrl: null, error: { code: 'not_found' } });
		expect(String((job.error as { message: string }).message)).toContain('for an hour');
	});

	it('403 can mean that the balance is used up', async () => {
		const result = await falRun({
			operation: 'generate',
			...request,
			prompt: 'x #sandbox:no-balance',
		});
		expect(result.error?.message).toContain('the balance is used up');
		expect(result.error?.httpCode).toBe('403');
	});

	it('cancel: a queued job is canceled', async () => {
		const [job] = jsonOf(
			await falRun({ operation: 'generate', ...request, prompt: 'x #sandbox:seconds=30' }),
		);
		const result = await falRun({ resource: 'job', operation: 'cancel', jobId: job.jobId });
		expect(jsonOf(result)[0]).toMatchObject({ jobId: job.jobId, status: 'canceled', error: null });
		expect(sandbox().jobs()[0].state).toBe('canceled');
	});

	it('cancel: a finished job comes back as it finished', async () => {
		const job = await finish('x');
		const result = await falRun({ resource: 'job', operation: 'cancel', jobId: job.jobId });
		expect(jsonOf(result)[0]).toMatchObject({ jobId: job.jobId, status: 'completed' });
	});

	it('cancel: an unknown job', async () => {
		const jobId = '3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be';
		const result = await falRun({ resource: 'job', operation: 'cancel', jobId });
		expect(result.error?.message).toContain('found no such job or model');
		expect(result.error?.description).toContain(jobId);
	});

	it('simplify off adds what fal itself answered', async () => {
		const [job] = jsonOf(
			await falRun({ operation: 'generateAndWait', ...request, ...wait, simplify: false }),
		);
		expect(job.raw).toMatchObject({ video: { url: job.videoUrl } });
	});

	it('an estimate doubles with audio and grows with 4K', async () => {
		const estimate = async (parameters: object) =>
			(
				jsonOf(await falRun({ operation: 'estimateCost', ...parameters }))[0].cost as {
					amount: number;
				}
			).amount;
		expect(await estimate({})).toBe(1.6);
		expect(await estimate({ resolution: '1080p', generateAudio: true })).toBe(3.2);
		expect(await estimate({ resolution: '4k' })).toBe(3.2);
		expect(await estimate({ resolution: '4k', generateAudio: true })).toBe(4.8);
	});
});
