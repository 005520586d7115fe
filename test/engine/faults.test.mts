import axios from 'axios';

import {
	codeAt,
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const wait = { options: { pollInterval: 1 } };
const html = {
	kind: 'raw',
	status: 502,
	contentType: 'text/html',
	body: '<html><body>Bad gateway</body></html>',
} as const;

describe.each(providerTable)('%s', (_, provider) => {
	it('a key that is revoked while waiting ends the wait, and the job keeps its ID', async () => {
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 401 }, times: Infinity });
		const result = await runUnified(sandbox(), provider, {
			operation: 'generateAndWait',
			...request,
			...wait,
		});
		expect(jsonOf(result)[0]).toMatchObject({
			jobId: sandbox().jobs()[0].id,
			status: 'queued',
			error: { code: 'authentication' },
		});
		expect(sandbox().count({ call: 'status' })).toBe(1);
	});

	it('get repeats an unlucky read and asks with a pause', async () => {
		const [job] = jsonOf(
			await runUnified(sandbox(), provider, { operation: 'generate', ...request }),
		);
		sandbox().finish(String(job.jobId));
		sandbox().inject({ call: 'status', fault: html, times: 2 });
		const parameters = { resource: 'job', operation: 'get', jobId: job.jobId as string };
		const result = await runUnified(sandbox(), provider, parameters);
		expect(jsonOf(result)[0].status).toBe('completed');
		const [first, second] = sandbox().requests.filter(({ call }) => call === 'status');
		expect(second.at - first.at).toBeGreaterThan(30);
	});

	it('get names the job ID when the provider cannot be asked', async () => {
		const [job] = jsonOf(
			await runUnified(sandbox(), provider, { operation: 'generate', ...request }),
		);
		sandbox().inject({ call: 'status', fault: html, times: Infinity });
		const parameters = { resource: 'job', operation: 'get', jobId: job.jobId as string };
		const result = await runUnified(sandbox(), provider, parameters);
		expect(result.error?.message).toContain(
			'could not serve the request: HTTP 502, not a JSON answer',
		);
		expect(result.error?.description).toContain(String(job.jobId));
		// No page of HTML in the message.
		expect(result.error?.message).not.toContain('<html');
	});

	it('get of a job that the provider does not know', async () => {
		const [job] = jsonOf(
			await runUnified(sandbox(), provider, { operation: 'generate', ...request }),
		);
		sandbox().reset();
		const parameters = { resource: 'job', operation: 'get', jobId: job.jobId as string };
		const result = await runUnified(sandbox(), provider, parameters, {
			onError: 'continueRegularOutput',
		});
		expect(jsonOf(result)[0]).toMatchObject({
			jobId: job.jobId,
			error: { code: codeAt(provider, 'not_found') },
		});
	});

	it('a question that failed is not a failed job: what the item knew of it stays', async () => {
		const run = await runUnified(sandbox(), provider, {
			operation: 'generateAndWait',
			...request,
			...wait,
		});
		const [job] = jsonOf(run);
		const onError = 'continueRegularOutput';
		sandbox().inject({ call: 'media', fault: { kind: 'status', status: 503 }, times: Infinity });
		const downloads = [
			{ jobId: '={{ $json.jobId }}', videoUrl: '={{ $json.videoUrl }}' },
			{ jobId: '', videoUrl: '={{ $json.videoUrl }}' },
		];
		for (const parameters of downloads) {
			const result = await runUnified(
				sandbox(),
				provider,
				{ operation: 'download', ...parameters },
				{ input: [job], onError },
			);
			expect(jsonOf(result)[0]).toMatchObject({
				videoUrl: job.videoUrl,
				error: { code: 'provider_unavailable' },
			});
			expect(jsonOf(result)[0].status).not.toBe('failed');
		}
		sandbox().inject({ call: 'status', fault: html, times: Infinity });
		const asked = await runUnified(
			sandbox(),
			provider,
			{ resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' },
			{ input: [{ ...job, status: 'in_progress' }], onError },
		);
		expect(jsonOf(asked)[0]).toMatchObject({ jobId: job.jobId, status: 'in_progress' });
	});

	it('get of an answer that is no JSON is an error, not a running job', async () => {
		const [job] = jsonOf(
			await runUnified(sandbox(), provider, { operation: 'generate', ...request }),
		);
		sandbox().inject({ call: 'status', fault: { ...html, status: 200 }, times: Infinity });
		const parameters = { resource: 'job', operation: 'get', jobId: job.jobId as string };
		const result = await runUnified(sandbox(), provider, parameters);
		expect(result.error?.message).toContain('HTTP 200, not a JSON answer');
	});

	it('cancelling the execution stops the wait, long before its next poll', async () => {
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 1000);
		const started = Date.now();
		await runUnified(
			sandbox(),
			provider,
			{
				operation: 'generateAndWait',
				...request,
				prompt: 'x #sandbox:never',
				options: { pollInterval: 60 },
			},
			{ signal: controller.signal },
		).catch(() => undefined);
		expect(Date.now() - started).toBeLessThan(30_000);
	});

	describe('download', () => {
		const finished = async () => {
			const run = await runUnified(sandbox(), provider, {
				operation: 'generateAndWait',
				...request,
				...wait,
			});
			return jsonOf(run)[0];
		};
		const download = {
			operation: 'download',
			jobId: '={{ $json.jobId }}',
			videoUrl: '={{ $json.videoUrl }}',
		};

		it('survives a body cut short and delivers every byte', async () => {
			const job = await finished();
			sandbox().inject({ call: 'media', fault: { kind: 'truncate', bytes: 1000 } });
			const result = await runUnified(sandbox(), provider, download, { input: [job] });
			const { data } = await axios.get<Buffer>(String(job.videoUrl), {
				responseType: 'arraybuffer',
			});
			expect(result.items[0].binary?.data.bytes).toBe(data.length);
		});

		it('refuses a page of HTML that pretends to be the video', async () => {
			const job = await finished();
			sandbox().inject({ call: 'media', fault: { ...html, status: 200 } });
			const result = await runUnified(sandbox(), provider, download, { input: [job] });
			expect(result.error?.message).toMatch(/leads to text\/html.*, not to a video/);
			expect(result.error?.description).toContain(String(job.jobId));
		});

		it('says that a dead link has probably expired', async () => {
			const job = await finished();
			sandbox().inject({ call: 'media', fault: { kind: 'status', status: 404 }, times: Infinity });
			const result = await runUnified(sandbox(), provider, download, { input: [job] });
			expect(result.error?.message).toContain('HTTP 404');
			expect(result.error?.description).toContain('expired');
			// Asked again: a link may be given out before its file is there.
			expect(sandbox().count({ call: 'media' })).toBe(3);
		});

		it('takes a video URL alone', async () => {
			const { videoUrl } = await finished();
			const parameters = { operation: 'download', jobId: '', videoUrl: videoUrl as string };
			const result = await runUnified(sandbox(), provider, { ...parameters, binaryField: 'film' });
			expect(result.items[0].json).toMatchObject({ jobId: null, status: 'completed', videoUrl });
			expect(result.items[0].binary?.film.fileName).toBe('video.mp4');
		});

		it('of a failed job says why there is no video', async () => {
			const failed = await runUnified(sandbox(), provider, {
				operation: 'generateAndWait',
				...request,
				prompt: 'x #sandbox:content-policy',
				...wait,
			});
			const result = await runUnified(sandbox(), provider, download, {
				input: jsonOf(failed),
				onError: 'continueRegularOutput',
			});
			expect(jsonOf(result)[0]).toMatchObject({
				status: 'failed',
				error: { code: codeAt(provider, 'content_policy') },
			});
		});

		it('of a running job says to wait', async () => {
			const prompt = 'x #sandbox:never';
			const [job] = jsonOf(
				await runUnified(sandbox(), provider, { operation: 'generate', ...request, prompt }),
			);
			const result = await runUnified(sandbox(), provider, download, { input: [job] });
			expect(result.error?.message).toBe('The video is not finished yet');
		});
	});
});
