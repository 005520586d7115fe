import type { IDataObject, IRunExecutionData } from 'n8n-workflow';

import { binaryOf, imageOf } from './imageFiles.mts';
import { jsonOf, providerTable, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox();
useFastClock();

const generate = {
	operation: 'generate',
	prompt: '={{ $json.prompt ?? "A fox" }}',
	imageSource: 'binary',
	options: { concurrency: 1 },
};
const one = { data: binaryOf(imageOf('image/png', 'a fox')) };
const rows = {
	input: ['one', 'two', 'three'].map((prompt) => ({ prompt })),
	binary: ['one', 'two', 'three'].map((name) => ({
		data: binaryOf(imageOf('image/png', name)),
	})),
};

const count = (call: string) => sandbox().count({ call });
const prompts = () =>
	sandbox()
		.jobs()
		.map(({ prompt }) => prompt);

const uploading = providerTable.filter(([, provider]) => provider.upload);

describe.each(uploading)('%s', (id, provider) => {
	const calls = id === 'fal' ? (['upload', 'uploadBytes'] as const) : (['upload'] as const);

	it.each(calls)('trouble at %s that does not pass: item and field, no submit', async (call) => {
		const fault = { kind: 'status', status: 503 } as const;
		sandbox().inject({ call, fault, times: Infinity });
		const result = await runUnified(sandbox(), provider, generate, { binary: [one] });
		expect(result.error?.message).toContain(
			`Item 0: the image in binary field "data" could not be uploaded to ${provider.displayName}: `,
		);
		expect(result.error?.description).toContain('Nothing was submitted');
		expect(result.error?.context?.itemIndex).toBe(0);
		expect(count('upload')).toBe(3);
		expect(count('submit')).toBe(0);
	});

	it('with Stop, an upload that fails ends the run before others are submitted', async () => {
		const refused = { kind: 'status', status: 401 } as const;
		const slow = { kind: 'slow', milliseconds: 500, where: 'headers' } as const;
		sandbox().inject({ call: 'upload', fault: refused });
		sandbox().inject({ call: 'upload', fault: slow, times: 2, after: 1 });
		const options = { concurrency: 3 };
		const result = await runUnified(sandbox(), provider, { ...generate, options }, rows);
		expect(result.error?.message).toContain('could not be uploaded');
		expect(count('submit')).toBe(0);
	});

	it.each(calls)(
		'a cancelled execution does not wait for %s, and submits nothing',
		async (call) => {
			const cancel = new AbortController();
			// Longer than a test may take.
			const slow = { kind: 'slow', milliseconds: 120_000, where: 'headers' } as const;
			sandbox().inject({ call, fault: slow });
			const running = runUnified(sandbox(), provider, generate, {
				binary: [one],
				signal: cancel.signal,
			});
			while (count(call) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
			cancel.abort();
			await running;
			expect(count('submit')).toBe(0);
		},
	);

	it('waits as long as Retry-After asks', async () => {
		const headers = { 'retry-after': '5' };
		sandbox().inject({ call: 'upload', fault: { kind: 'status', status: 429, headers } });
		await runUnified(sandbox(), provider, generate, { binary: [one] });
		const [first, second] = sandbox().requests;
		expect(second.at - first.at).toBeGreaterThanOrEqual(480);
	});

	it('a wrong key is said at once, and shown nowhere', async () => {
		const apiKey = 'wrong-key-1';
		const result = await runUnified(sandbox(), provider, generate, {
			binary: [one],
			onError: 'continueRegularOutput',
			credentials: { [provider.credential]: { ...sandbox().credentials[id], apiKey } },
		});
		expect(jsonOf(result)[0]).toMatchObject({
			status: 'failed',
			jobId: null,
			error: { code: 'authentication', retryable: false },
		});
		expect(count('upload')).toBe(1);
		expect(JSON.stringify(result.run.data)).not.toContain(apiKey);
	});

	it('one image that cannot be uploaded does not stop the other items', async () => {
		sandbox().inject({ call: 'upload', fault: { kind: 'status', status: 401 }, after: 1 });
		const result = await runUnified(sandbox(), provider, generate, {
			...rows,
			onError: 'continueRegularOutput',
		});
		expect(jsonOf(result).map(({ status }) => status)).toEqual(['queued', 'failed', 'queued']);
		expect(prompts()).toEqual(['one', 'three']);
	});

	it('Retry On Fail: what was paid for is continued, what was uploaded is used again', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		const result = await runUnified(sandbox(), provider, generate, { ...rows, retryOnFail: true });
		expect(result.error).toBeUndefined();
		expect(prompts()).toEqual(['one', 'two', 'three']);
		expect(jsonOf(result).map(({ jobId }) => jobId)).toEqual(
			sandbox()
				.jobs()
				.map((job) => job.id),
		);
		expect(count('upload')).toBe(3);
	});

	it('Retry On Fail after a failed upload: nothing was submitted, so everything is', async () => {
		sandbox().inject({ call: 'upload', fault: { kind: 'status', status: 401 } });
		const result = await runUnified(sandbox(), provider, generate, { ...rows, retryOnFail: true });
		expect(result.error).toBeUndefined();
		expect(prompts()).toEqual(['one', 'two', 'three']);
	});

	const failAtSecond = async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		return await runUnified(sandbox(), provider, generate, rows);
	};

	it("n8n's retry of a failed execution continues them too", async () => {
		const failed = await failAtSecond();
		const [paid] = sandbox().jobs();
		const retried = await runUnified(sandbox(), provider, generate, {
			...rows,
			retryOf: failed.run.data,
		});
		expect(retried.error).toBeUndefined();
		expect(prompts()).toEqual(['one', 'two', 'three']);
		expect(jsonOf(retried)[0].jobId).toBe(paid.id);
		// The second image was there already.
		expect(count('upload')).toBe(3);
	});

	it('also when the uploads are too old to be used again: their new URLs make no new job', async () => {
		const failed = await failAtSecond();
		const [paid] = sandbox().jobs();
		ageUploads(failed.run.data);
		const retried = await runUnified(sandbox(), provider, generate, {
			...rows,
			retryOf: failed.run.data,
		});
		expect(prompts()).toEqual(['one', 'two', 'three']);
		expect(jsonOf(retried)[0].jobId).toBe(paid.id);
		// One and two, then two and three: what is paid for is not even uploaded again.
		expect(count('upload')).toBe(4);
	});

	it('a retry with another account uploads to that account', async () => {
		const failed = await failAtSecond();
		const credential = sandbox().credentials[id];
		const otherAccount = { ...credential, baseUrl: `${credential.baseUrl}/` };
		await runUnified(sandbox(), provider, generate, {
			...rows,
			retryOf: failed.run.data,
			credentials: { [provider.credential]: otherAccount },
		});
		expect(count('upload')).toBe(4);
		expect(prompts()).toEqual(['one', 'two', 'three']);
	});

	it('another image in the same field is a new request, also in a retry', async () => {
		const failed = await failAtSecond();
		const data = structuredClone(failed.run.data);
		const [item] = data.executionData?.nodeExecutionStack[0].data.main[0] ?? [];
		item.binary = { data: binaryOf(imageOf('image/png', 'edited')) };
		const edited = await runUnified(sandbox(), provider, generate, { retryOf: data });
		expect(edited.error).toBeUndefined();
		expect(prompts()).toEqual(['one', 'one', 'two', 'three']);
	});

	it('a submit that may have been accepted is not sent again, whatever is uploaded', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'drop', when: 'after' } });
		const failed = await runUnified(sandbox(), provider, generate, {
			binary: [one],
			retryOnFail: true,
		});
		expect(failed.error?.message).toContain('may have accepted and billed');
		ageUploads(failed.run.data);
		const retried = await runUnified(sandbox(), provider, generate, {
			binary: [one],
			retryOf: failed.run.data,
		});
		expect(retried.error?.message).toContain('may have accepted and billed');
		expect(count('submit')).toBe(1);
		expect(count('upload')).toBe(1);
	});
});

it('fal: the bytes go to the address that was given, and to no other', async () => {
	const [, fal] = uploading[0];
	const headers = { location: `${sandbox().url}/elsewhere` };
	const fault = { kind: 'status', status: 307, headers } as const;
	sandbox().inject({ call: 'uploadBytes', fault, times: Infinity });
	const result = await runUnified(sandbox(), fal, generate, { binary: [one] });
	expect(result.error?.message).toContain('its storage answered HTTP 307');
	expect(sandbox().requests.filter(({ path }) => path.includes('elsewhere'))).toEqual([]);
	expect(count('submit')).toBe(0);
});

it('no more than four images are on their way at a time', async () => {
	const [, provider] = uploading[0];
	const names = Array.from({ length: 12 }, (_, index) => `image ${index}`);
	const fault = { kind: 'slow', milliseconds: 150, where: 'headers' } as const;
	sandbox().inject({ call: 'uploadBytes', fault, times: Infinity });
	await runUnified(
		sandbox(),
		provider,
		{ ...generate, options: { concurrency: 12 } },
		{
			input: names.map((prompt) => ({ prompt })),
			binary: names.map((name) => ({ data: binaryOf(imageOf('image/png', name)) })),
		},
	);
	const starts = sandbox()
		.requests.filter(({ call }) => call === 'uploadBytes')
		.map(({ at }) => at);
	expect(starts).toHaveLength(12);
	for (const [index, start] of starts.slice(4).entries()) {
		expect(start - starts[index]).toBeGreaterThanOrEqual(140);
	}
});

/** What the execution remembers of its uploads, as if it were retried days later. */
function ageUploads({ executionData }: IRunExecutionData): void {
	const contexts = Object.values(executionData?.contextData ?? {}) as IDataObject[];
	const uploads = contexts.flatMap(({ veoUploads }) => Object.values(veoUploads ?? {}));
	expect(uploads.length).toBeGreaterThan(0);
	for (const upload of uploads as IDataObject[]) upload.at = Number(upload.at) - 3 * 86_400_000;
}
