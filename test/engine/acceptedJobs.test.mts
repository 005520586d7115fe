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
const generate = { operation: 'generate', ...request };

/** Where each provider names the job. */
const naming: Record<string, (jobId: unknown) => object> = {
	fal: (jobId) => ({ request_id: jobId }),
	aimlapi: (jobId) => ({ id: jobId }),
	shortapi: (jobId) => ({ code: 1, data: { job_id: jobId } }),
	aihubmax: (jobId) => ({ id: jobId }),
	evolink: (jobId) => ({ id: jobId }),
};

/** Lists in lists, as text: too deep for anything that calls itself for each level. */
const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

describe.each(providerTable)('%s', (id, provider) => {
	it.each([202, 301, 400, 409, 425, 499])(
		'a job that a %d names is accepted, and its submit is not repeated',
		async (status) => {
			const body = naming[id]('job-7');
			sandbox().inject({ call: 'submit', fault: { kind: 'status', status, body }, times: 4 });
			const result = await runUnified(sandbox(), provider, generate, { retryOnFail: true });
			expect(jsonOf(result)).toMatchObject([{ jobId: 'job-7', status: 'queued', error: null }]);
			expect(submits()).toBe(1);
		},
	);

	it('an ID that is a number becomes text', async () => {
		sandbox().inject({
			call: 'submit',
			fault: { kind: 'status', status: 200, body: naming[id](4711) },
		});
		const result = await runUnified(sandbox(), provider, generate);
		expect(jsonOf(result)).toMatchObject([{ jobId: '4711' }]);
	});

	it.each([200, 201, 400, 429])(
		'an answer %d that is nested too deeply to be read is not proof that nothing was accepted',
		async (status) => {
			const body = nested(20_000);
			sandbox().inject({
				call: 'submit',
				fault: { kind: 'raw', status, contentType: 'application/json', body },
				times: 4,
			});
			const result = await runUnified(sandbox(), provider, generate, { retryOnFail: true });
			expect(submits()).toBe(1);
			expect(result.error?.message).toContain('may have accepted and billed');
			expect(result.error?.message).toContain('nested too deeply');
		},
	);

	it('an answer that the provider file cannot read is not proof of it either', async () => {
		const parse = jest.spyOn(provider.submit, 'parse').mockImplementation(() => {
			throw new Error('Unexpected answer');
		});
		const result = await runUnified(sandbox(), provider, generate);
		parse.mockRestore();
		expect(submits()).toBe(1);
		expect(result.error?.message).toContain('may have accepted and billed');
	});
});
