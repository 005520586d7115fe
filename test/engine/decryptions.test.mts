import { TestCredentials } from './credentials.mts';
import { providerTable, request, runUnified, useSandbox } from './sandboxed.mts';
import { startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.2);
const prompts = ['one', 'two', 'three'];
const decryptions = jest.spyOn(TestCredentials.prototype, 'getDecrypted');

beforeEach(() => decryptions.mockClear());
afterAll(() => decryptions.mockRestore());

const input = prompts.map((prompt) => ({ prompt }));
const callbackUrlOf = (jobId: string) =>
	String(
		sandbox()
			.jobs()
			.find((job) => job.id === jobId)?.callbackUrl,
	);
const parameters = { ...request, prompt: '={{ $json.prompt }}' };

describe.each(providerTable)('%s: n8n decrypts a credential', (_, provider) => {
	it.each([
		['generate', {}],
		['generateAndWait', { waitStrategy: 'polling', pollInterval: 1 }],
	])('once for each item, however many requests it takes: %s', async (operation, options) => {
		const { items } = await runUnified(
			sandbox(),
			provider,
			{ ...parameters, operation, options },
			{ input },
		);
		expect(items).toHaveLength(3);
		expect(decryptions).toHaveBeenCalledTimes(3);
	});
});

const calling = providerTable.filter(([, provider]) => provider.callback);

describe.each(calling)('%s: n8n decrypts a credential', (id, provider) => {
	beforeEach(() => (sandbox().settings.allowHttpCallbacks = true));

	async function endedJobs(url: string): Promise<string[]> {
		const { items } = await runUnified(
			sandbox(),
			provider,
			{
				...request,
				prompt: '={{ $json.prompt }} #sandbox:seconds=600',
				operation: 'generate',
				options: { callbackUrl: url },
			},
			{ input },
		);
		const jobIds = items.map(({ json }) => String(json.jobId));
		// The test delivers, and nobody else.
		sandbox().settings.allowHttpCallbacks = false;
		for (const jobId of jobIds) sandbox().finish(jobId);
		sandbox().settings.allowHttpCallbacks = true;
		decryptions.mockClear();
		return jobIds;
	}

	it('once for the deliveries to a trigger that come within two seconds', async () => {
		const { url, runs } = await startTrigger(sandbox(), id);
		const [first, second, third] = await endedJobs(url);
		await Promise.all([first, second].map(async (jobId) => await sandbox().deliver(jobId)));
		expect(runs).toHaveLength(2);
		expect(decryptions).toHaveBeenCalledTimes(1);
		const later = Date.now() + 2000;
		const now = jest.spyOn(Date, 'now').mockImplementation(() => later);
		try {
			await sandbox().deliver(third);
		} finally {
			now.mockRestore();
		}
		expect(runs).toHaveLength(3);
		expect(decryptions).toHaveBeenCalledTimes(2);
	});

	it('for each trigger by itself', async () => {
		const { url } = await startTrigger(sandbox(), id);
		const other = await startTrigger(sandbox(), id);
		const [first, second] = await endedJobs(url);
		await sandbox().deliver(first);
		await sandbox().deliver(second, { url: other.url + new URL(callbackUrlOf(second)).search });
		expect(decryptions).toHaveBeenCalledTimes(2);
	});

	it('again after it could not be decrypted', async () => {
		const { url, runs } = await startTrigger(sandbox(), id);
		const [jobId] = await endedJobs(url);
		decryptions.mockRejectedValueOnce(new Error('the secrets cannot be reached'));
		await sandbox().deliver(jobId, { times: 2 });
		expect(runs).toHaveLength(1);
		expect(decryptions).toHaveBeenCalledTimes(2);
	});

	it('never for what cannot be a token', async () => {
		const { url, runs } = await startTrigger(sandbox(), id);
		const [jobId] = await endedJobs(url);
		for (const token of ['', 'v1', 'v1.abcdefgh.short', `v2.abcdefgh.${'A'.repeat(80)}`]) {
			const [{ status }] = await sandbox().deliver(jobId, { url: `${url}?veoToken=${token}` });
			expect(status).toBe(401);
		}
		expect(runs).toEqual([]);
		expect(decryptions).not.toHaveBeenCalled();
	});

	if (provider.callback?.signing) return;

	it('once for each call to a sleeping node, whatever the number of its jobs', async () => {
		const sleeping = await runUnified(
			sandbox(),
			provider,
			{
				...request,
				prompt: '={{ $json.prompt }} #sandbox:seconds=600',
				operation: 'generateAndWait',
				options: { waitStrategy: 'callback' },
			},
			{ input },
		);
		sandbox().settings.allowHttpCallbacks = false;
		const jobs = sandbox().jobs();
		for (const job of jobs) sandbox().finish(job.id);
		const token = new URL(String(jobs[0].callbackUrl)).searchParams.get('veoToken') ?? '';
		decryptions.mockClear();
		expect((await sleeping.wake({ token })).items).toHaveLength(3);
		expect(decryptions).toHaveBeenCalledTimes(1);
	});
});
