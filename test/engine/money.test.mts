import type { IDataObject } from 'n8n-workflow';

import {
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';

const sandbox = useSandbox();
useFastClock();
const submits = () => sandbox().count({ call: 'submit' });

/** Every way in which a submit can be accepted without our learning its job ID. */
const uncertainAnswers = [
	['the connection drops after it was accepted', { kind: 'drop', when: 'after' }],
	[
		'it is answered 502 after it was accepted',
		{ kind: 'status', status: 502, afterHandling: true },
	],
	[
		'it is answered 500 after it was accepted',
		{ kind: 'status', status: 500, afterHandling: true },
	],
	['its answer is cut off', { kind: 'truncate', bytes: 10 }],
	[
		'its answer is an HTML page',
		{ kind: 'raw', status: 200, contentType: 'text/html', body: '<html>' },
	],
	['its answer is empty', { kind: 'raw', status: 200, contentType: 'application/json', body: '' }],
	[
		'its answer is half a JSON',
		{ kind: 'raw', status: 200, contentType: 'application/json', body: '{"requ' },
	],
	['it is answered 408', { kind: 'status', status: 408 }],
	['it is answered 504', { kind: 'status', status: 504 }],
] as const;

describe.each(providerTable)('%s', (_, provider) => {
	const generate = { operation: 'generate', ...request };

	it.each(uncertainAnswers)('a submit is not repeated when %s', async (_name, fault) => {
		sandbox().inject({ call: 'submit', fault });
		const result = await runUnified(sandbox(), provider, generate, { retryOnFail: true });
		expect(submits()).toBe(1);
		expect(result.error?.message).toContain('may have accepted and billed');
		expect(result.error?.message).toContain('not sent again');
	});

	it('a submit that times out is not repeated', async () => {
		sandbox().inject({
			call: 'submit',
			fault: { kind: 'slow', milliseconds: 1000, where: 'headers' },
		});
		const options = { requestOptions: { timeout: 200 } };
		const result = await runUnified(
			sandbox(),
			provider,
			{ ...generate, options },
			{ retryOnFail: true },
		);
		expect(submits()).toBe(1);
		expect(result.error?.message).toContain('no answer in time');
	});

	it('a submit that was refused for too many requests is repeated, after Retry-After', async () => {
		const headers = { 'retry-after': '1' };
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 429, headers }, times: 2 });
		const result = await runUnified(sandbox(), provider, generate);
		// Where a 429 does not promise that nothing was accepted, it is the answer.
		if (provider.submit.isNeverRepeated) {
			expect(submits()).toBe(1);
			expect(result.error?.message).toContain('too many requests');
			return;
		}
		expect(jsonOf(result)[0].jobId).toBe(sandbox().jobs()[0].id);
		expect(sandbox().jobs()).toHaveLength(1);
		const [first, second] = sandbox().requests;
		expect(second.at - first.at).toBeGreaterThanOrEqual(95);
	});

	it('a Retry-After of more than a minute is not waited for', async () => {
		const headers = { 'retry-after': '3600' };
		sandbox().inject({
			call: 'submit',
			fault: { kind: 'status', status: 429, headers },
			times: Infinity,
		});
		const result = await runUnified(sandbox(), provider, generate);
		expect(submits()).toBe(1);
		expect(result.error?.message).toContain('too many requests');
	});

	it('a host that cannot be reached is tried again, and nothing is called uncertain', async () => {
		const unreachable = { ...sandbox().credentials[provider.id], baseUrl: 'http://127.0.0.1:1' };
		const result = await runUnified(sandbox(), provider, generate, {
			credentials: { [provider.credential]: unreachable },
		});
		expect(result.error?.message).toContain('nothing was submitted');
		expect(result.error?.message).toContain('ECONNREFUSED');
	}, 30_000);

	const threeRows = {
		input: ['one', 'two', 'three'].map((prompt) => ({ prompt })),
	};
	const batch = { ...generate, prompt: '={{ $json.prompt }}', options: { concurrency: 1 } };

	it('Retry On Fail continues the jobs that the first try paid for', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		const result = await runUnified(sandbox(), provider, batch, {
			...threeRows,
			retryOnFail: true,
		});
		expect(result.error).toBeUndefined();
		expect(
			sandbox()
				.jobs()
				.map(({ prompt }) => prompt),
		).toEqual(['one', 'two', 'three']);
		expect(jsonOf(result).map(({ jobId }) => jobId)).toEqual(
			sandbox()
				.jobs()
				.map(({ id }) => id),
		);
	});

	it("n8n's retry of a failed execution continues them too", async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		const failed = await runUnified(sandbox(), provider, batch, threeRows);
		const [paid] = sandbox().jobs();
		expect(failed.error?.message).toContain(
			`These jobs were already accepted, and a retry continues them: ${paid.id} (item 0)`,
		);
		// The first failure stops the batch: what would be paid for next is not started.
		expect(sandbox().jobs()).toHaveLength(1);
		const retried = await runUnified(sandbox(), provider, batch, {
			...threeRows,
			retryOf: failed.run.data,
		});
		expect(retried.error).toBeUndefined();
		expect(
			sandbox()
				.jobs()
				.map(({ prompt }) => prompt),
		).toEqual(['one', 'two', 'three']);
		expect(jsonOf(retried)[0].jobId).toBe(paid.id);
	});

	it('a retry does not send what may have been accepted', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'drop', when: 'after' }, after: 1 });
		const failed = await runUnified(sandbox(), provider, batch, threeRows);
		const retried = await runUnified(sandbox(), provider, batch, {
			...threeRows,
			retryOf: failed.run.data,
		});
		expect(retried.error?.message).toContain('the connection failed (ECONNRESET)');
		expect(
			sandbox().requests.filter(({ body }) => JSON.stringify(body).includes('two')),
		).toHaveLength(1);
	});

	it('a changed prompt is a new request, also in a retry', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		const failed = await runUnified(sandbox(), provider, batch, threeRows);
		const edited = { ...batch, prompt: '=new {{ $json.prompt }}' };
		await runUnified(sandbox(), provider, edited, { ...threeRows, retryOf: failed.run.data });
		expect(
			sandbox()
				.jobs()
				.map(({ prompt }) => prompt),
		).toEqual(['one', 'new one', 'new two', 'new three']);
	});

	it('with On Error = Continue, one refused submit hides no paid job', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		const result = await runUnified(sandbox(), provider, batch, {
			...threeRows,
			onError: 'continueRegularOutput',
		});
		const jobs = jsonOf(result);
		expect(jobs.map(({ status }) => status)).toEqual(['queued', 'failed', 'queued']);
		expect(jobs[1]).toMatchObject({ jobId: null, error: { code: 'authentication' } });
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	it('a redirect is not followed: the POST would be sent, and the key shown, a second time', async () => {
		sandbox().inject({
			call: 'submit',
			fault: { kind: 'status', status: 307, headers: { location: `${sandbox().url}/elsewhere` } },
		});
		const result = await runUnified(sandbox(), provider, generate);
		expect(result.error?.message).toContain('307');
		expect(sandbox().requests).toHaveLength(1);
	});

	it('Retry On Fail pays once, also for a prompt that is another one each time', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 } });
		const result = await runUnified(
			sandbox(),
			provider,
			{ ...batch, prompt: '={{ $json.prompt + " " + Math.random() }}' },
			{ ...threeRows, retryOnFail: true, onError: 'continueRegularOutput' },
		);
		expect(jsonOf(result).map(({ status }) => status)).toEqual(['queued', 'queued', 'queued']);
		expect(sandbox().jobs()).toHaveLength(3);
	});

	it('an expression that breaks for one item hides no paid job', async () => {
		const model = provider.models[0].id;
		for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
			const result = await runUnified(
				sandbox(),
				provider,
				{
					...batch,
					model: `={{ $json.prompt === "two" ? $("Nope").item.json.x : "${model}" }}`,
				},
				{ ...threeRows, onError },
			);
			const jobs = [...jsonOf(result), ...result.errorItems.map(({ json }) => json.details)];
			const ids = jobs.map((job) => (job as { jobId: string | null }).jobId).filter(Boolean);
			expect(ids.sort()).toEqual(
				sandbox()
					.jobs()
					.map(({ id }) => id)
					.sort(),
			);
			expect(ids).toHaveLength(2);
			sandbox().reset();
		}
	});

	it('an answer that contains the key as part of a number is still an answer', async () => {
		const credentials = { ...sandbox().credentials[provider.id], apiKey: '1' };
		const result = await runUnified(sandbox(), provider, generate, {
			credentials: { [provider.credential]: credentials },
		});
		expect(submits()).toBe(1);
		expect(result.error?.message).toContain('did not accept the API key');
	});

	it('cancelling the execution submits nothing more, and what was not sent may be sent again', async () => {
		const controller = new AbortController();
		sandbox().inject({
			call: 'submit',
			fault: { kind: 'slow', milliseconds: 600, where: 'headers' },
			after: 1,
		});
		// As soon as the second submit has reached the provider.
		const watch = setInterval(() => {
			if (sandbox().jobs().length === 2) controller.abort();
		}, 10);
		const cancelled = await runUnified(sandbox(), provider, batch, {
			...threeRows,
			signal: controller.signal,
		}).catch(() => undefined);
		clearInterval(watch);
		await new Promise((resolve) => setTimeout(resolve, 800));
		// The one under way is billed, so it is not torn down; the third never leaves.
		expect(
			sandbox()
				.jobs()
				.map(({ prompt }) => prompt),
		).toEqual(['one', 'two']);
		// Both ids are known, so that a retry of this execution continues them.
		const context = cancelled?.run.data.executionData?.contextData['node:Veo'];
		const entries = Object.values((context?.veoSubmissions ?? {}) as IDataObject);
		expect(entries).toMatchObject([
			{ submission: { state: 'accepted' } },
			{ submission: { state: 'accepted' } },
		]);
	});

	it('with Stop, every row that may have been accepted is named', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'drop', when: 'after' }, times: 3 });
		const result = await runUnified(
			sandbox(),
			provider,
			{ ...batch, options: { concurrency: 3 } },
			threeRows,
		);
		expect(result.error?.message).toMatch(/These may have been accepted, too: item \d, item \d\./);
	});
});
