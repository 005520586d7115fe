import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import { newNonce, sealToken } from '../../nodes/shared/callback/token';
import type { CallbackToken } from '../../nodes/shared/callback/token';
import { providers } from '../../nodes/shared/registry';
import type { SellingProvider } from '../../nodes/shared/types';
import type { NodeResult } from './harness.mts';
import { useN8nAddress } from './n8nAddress.mts';
import { providerTable, request, runUnified, useSandbox } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const sandbox = useSandbox(600);
const n8n = useN8nAddress();
const [fal, evolink, aimlapi] = ['fal', 'evolink', 'aimlapi'].map(
	(id) => providers.find((provider) => provider.id === id) as SellingProvider,
);

const prompts = ['one', 'two', 'three'];

async function fallAsleep(
	provider: SellingProvider,
	options: INodeParameters,
	run: RunOptions = {},
) {
	const result = await runUnified(
		sandbox(),
		provider,
		{ operation: 'generateAndWait', ...request, prompt: '={{ $json.prompt }}', options },
		{ input: prompts.map((prompt) => ({ prompt })), n8nUrl: n8n().url, ...run },
	);
	expect(result.run.waitTill).toBeInstanceOf(Date);
	return result;
}

const seal = (provider: SellingProvider, change: Partial<CallbackToken> = {}) =>
	sealToken(sandbox().apiKey, {
		provider: provider.id,
		model: '',
		item: 0,
		nonce: newNonce(),
		expires: Date.now() + 60_000,
		metadata: null,
		sleeper: 'test/Veo',
		...change,
	});

const watcherToken = (provider: SellingProvider, change: Partial<CallbackToken> = {}) =>
	seal(provider, { watcher: { run: 0, isFinal: false }, ...change });

const finalToken = (provider: SellingProvider, run = 0) =>
	seal(provider, { watcher: { run, isFinal: true } });

const fail = () => {
	throw new Error('the credential is gone');
};

const jobOf = (prompt: string) =>
	sandbox()
		.jobs()
		.find((job) => job.prompt === prompt)!;

function finish(...ended: string[]): void {
	for (const prompt of ended) sandbox().finish(jobOf(prompt).id);
}

const wake = async (sleeping: NodeResult, token: string) => await sleeping.wake({ token });

const completed = (prompt: string) =>
	expect.objectContaining({ jobId: jobOf(prompt).id, status: 'completed', error: null });
const outOfTime = (prompt: string) =>
	expect.objectContaining({
		jobId: jobOf(prompt).id,
		status: expect.stringMatching(/^(queued|in_progress)$/),
		error: expect.objectContaining({ code: 'timeout' }),
	});

describe.each(providerTable)('%s: the token of the watcher', (_, provider) => {
	it('wakes without a signature, also where the provider does not call', async () => {
		const sleeping = await fallAsleep(provider, {});
		finish(...prompts);
		const { status, items } = await wake(sleeping, watcherToken(provider));
		expect(status).toBe(200);
		expect(items?.map(({ json }) => json)).toEqual(prompts.map(completed));
	});

	it('is to be sent again while a job runs', async () => {
		const sleeping = await fallAsleep(provider, {});
		finish('one');
		expect(await wake(sleeping, watcherToken(provider))).toEqual({ status: 503 });
	});

	it('when the time is up, wakes with what is there, in the order of the items', async () => {
		const sleeping = await fallAsleep(provider, {});
		finish('two');
		const { status, items } = await wake(sleeping, finalToken(provider));
		expect(status).toBe(200);
		expect(items).toEqual([
			{ json: outOfTime('one'), pairedItem: { item: 0 } },
			{ json: completed('two'), pairedItem: { item: 1 } },
			{ json: outOfTime('three'), pairedItem: { item: 2 } },
		]);
	});
});

it('when the time is up, jobs that cannot be read leave with their IDs', async () => {
	const sleeping = await fallAsleep(aimlapi, {});
	finish(...prompts);
	sandbox().inject({ call: 'status', fault: { kind: 'status', status: 500 }, times: Infinity });
	const { items } = await wake(sleeping, finalToken(aimlapi));
	expect(items?.map(({ json }) => json)).toEqual(prompts.map(outOfTime));
});

it('wakes with a job that can never be read, by the first call of its watcher', async () => {
	const input = [{ prompt: 'one' }];
	const sleeping = await fallAsleep(aimlapi, { pollInterval: 1 }, { input });
	sandbox().inject({ call: 'status', fault: { kind: 'status', status: 401 }, times: Infinity });
	const { items } = await wake(sleeping, (await n8n().called()).token);
	expect(items?.map(({ json }) => json)).toEqual([
		expect.objectContaining({
			jobId: jobOf('one').id,
			error: expect.objectContaining({ code: 'authentication' }),
		}),
	]);
}, 15_000);

describe.each<[string, (saved: ICredentialDataDecryptedObject) => void]>([
	['replaced', (saved) => (saved.apiKey = 'the next key')],
	['not to be read', (saved) => Object.defineProperty(saved, 'apiKey', { get: fail })],
])('while the execution sleeps, its key is %s', (_, change) => {
	const fallAsleepAndChange = async () => {
		const saved = { ...sandbox().credentials.aimlapi };
		const credentials = { [aimlapi.credential]: saved };
		const sleeping = await fallAsleep(aimlapi, { pollInterval: 1 }, { credentials });
		change(saved);
		return sleeping;
	};

	it('the watcher wakes it, in the process that it lives in', async () => {
		const sleeping = await fallAsleepAndChange();
		finish(...prompts);
		const { status, items } = await wake(sleeping, (await n8n().called()).token);
		expect(status).toBe(200);
		expect(items?.map(({ json }) => json)).toEqual(prompts.map(completed));
	}, 15_000);

	it('no other token of the earlier key is taken', async () => {
		const sleeping = await fallAsleepAndChange();
		finish(...prompts);
		for (const token of [
			seal(aimlapi),
			watcherToken(aimlapi, { sleeper: 'test/Other' }),
			watcherToken(aimlapi, { provider: 'fal' }),
			watcherToken(aimlapi, { expires: Date.now() - 1 }),
		]) {
			const { status, items } = await wake(sleeping, token);
			expect([401, 503]).toContain(status);
			expect(items).toBeUndefined();
		}
	});
});

it('when the time is up, what was refused leaves as it was refused', async () => {
	const input = ['one #sandbox:no-balance', 'two'].map((prompt) => ({ prompt }));
	const sleeping = await fallAsleep(aimlapi, {}, { input, onError: 'continueRegularOutput' });
	const { items } = await wake(sleeping, finalToken(aimlapi));
	expect(items?.map(({ json }) => json)).toEqual([
		expect.objectContaining({ jobId: null, status: 'failed' }),
		outOfTime('two'),
	]);
});

it('when the time is up, wakes once', async () => {
	const sleeping = await fallAsleep(aimlapi, {});
	const token = () => finalToken(aimlapi);
	const woken = await Promise.all([wake(sleeping, token()), wake(sleeping, token())]);
	expect(woken.filter(({ items }) => items)).toHaveLength(1);
});

describe('does not wake for', () => {
	it.each(['before', 'after'])(
		'the watcher of a round that lies %s this one: 410',
		async (when) => {
			const run = when === 'before' ? 0 : 2;
			const sleeping = await fallAsleep(aimlapi, {}, { earlierRuns: 1 });
			finish(...prompts);
			const changed = watcherToken(aimlapi, { watcher: { run, isFinal: false } });
			expect(await wake(sleeping, changed)).toEqual({ status: 410 });
			expect(await wake(sleeping, finalToken(aimlapi, run))).toEqual({ status: 410 });
			expect((await wake(sleeping, finalToken(aimlapi, 1))).items).toHaveLength(3);
		},
	);

	it.each<[string, Partial<CallbackToken>]>([
		['another execution', { sleeper: 'another/Veo' }],
		['another node of the execution', { sleeper: 'test/Other' }],
		['no execution', { sleeper: undefined }],
		['a time that has passed', { expires: Date.now() - 1 }],
		['an item that is not there', { item: 3 }],
		['another provider', { provider: 'fal' }],
	])('a token of %s: 401', async (_, change) => {
		const sleeping = await fallAsleep(aimlapi, {});
		finish(...prompts);
		expect(await wake(sleeping, watcherToken(aimlapi, change))).toEqual({ status: 401 });
	});

	it('a token that was sealed with another key: 401', async () => {
		const sleeping = await fallAsleep(aimlapi, {});
		finish(...prompts);
		const token = sealToken('another key', {
			provider: aimlapi.id,
			model: '',
			item: 0,
			nonce: newNonce(),
			expires: Date.now() + 60_000,
			metadata: null,
			sleeper: 'test/Veo',
			watcher: { run: 0, isFinal: true },
		});
		expect(await wake(sleeping, token)).toEqual({ status: 401 });
	});
});

describe("a token that was made for a provider is never the watcher's", () => {
	const callback = { waitStrategy: 'callback' };

	it('a provider that does not call cannot wake: 401', async () => {
		const sleeping = await fallAsleep(aimlapi, {});
		finish(...prompts);
		expect(await wake(sleeping, seal(aimlapi))).toEqual({ status: 401 });
	});

	it('fal.ai has to sign: 401', async () => {
		const sleeping = await fallAsleep(fal, callback);
		// Nobody delivers: the test does.
		finish(...prompts);
		expect(await wake(sleeping, seal(fal))).toEqual({ status: 401 });
		expect((await wake(sleeping, watcherToken(fal))).items).toHaveLength(3);
	});

	it('what it says in its body does not end the time: 503', async () => {
		sandbox().settings.allowHttpCallbacks = true;
		const sleeping = await fallAsleep(evolink, callback);
		const url = new URL(String(jobOf('one').callbackUrl));
		const token = url.searchParams.get('veoToken') ?? '';
		const body = { watcher: { run: 0, isFinal: true } };
		expect(await sleeping.wake({ token, body })).toEqual({ status: 503 });
	});
});
