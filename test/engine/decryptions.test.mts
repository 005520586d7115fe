import { TestCredentials } from './credentials.mts';
import { providerTable, request, runUnified, useSandbox } from './sandboxed.mts';
import { startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.2);
const prompts = ['one', 'two', 'three'];
const decryptions = jest.spyOn(TestCredentials.prototype, 'getDecrypted');

beforeEach(() => decryptions.mockClear());
afterAll(() => decryptions.mockRestore());

const input = prompts.map((prompt) => ({ prompt }));
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

	it('once for each delivery to the trigger', async () => {
		const { url, runs } = await startTrigger(sandbox(), id);
		const { items } = await runUnified(sandbox(), provider, {
			...request,
			prompt: 'x #sandbox:seconds=600',
			operation: 'generate',
			options: { callbackUrl: url },
		});
		const jobId = String(items[0].json.jobId);
		// The test delivers, and nobody else.
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(jobId);
		sandbox().settings.allowHttpCallbacks = true;
		decryptions.mockClear();
		await sandbox().deliver(jobId);
		expect(runs).toHaveLength(1);
		expect(decryptions).toHaveBeenCalledTimes(1);
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
