import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { openToken } from '../../nodes/shared/callback/token';
import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { published } from '../providers/published.mts';
import { runNode } from './harness.mts';
import type { NodeResult } from './harness.mts';
import { useN8nAddress } from './n8nAddress.mts';
import { jsonOf, request, runUnified, useSandbox } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const sandbox = useSandbox(600);
const n8n = useN8nAddress();
const publicUrl = 'https://n8n.example.com';

const table = (list: VideoProvider[]) => list.map((provider) => [provider.id, provider] as const);
const calling = table(providers.filter(({ callback }) => callback));
const silent = table(providers.filter(({ callback }) => !callback));
const [[, fal]] = calling;

const wait = async (
	provider: VideoProvider,
	options: INodeParameters,
	{ parameters, ...run }: RunOptions & { parameters?: INodeParameters } = {},
) =>
	await runUnified(
		sandbox(),
		provider,
		{ operation: 'generateAndWait', ...request, ...parameters, options },
		run,
	);

const waitInOwnNode = async (
	provider: VideoProvider,
	options: INodeParameters,
	n8nUrl: string,
	parameters: INodeParameters = {},
) =>
	await runNode({
		type: published[provider.id].node,
		parameters: {
			operation: 'generateAndWait',
			model: provider.models[0].id,
			...request,
			...parameters,
			options,
		},
		credentials: { [String(provider.credential)]: sandbox().credentials[provider.id] },
		n8nUrl,
	});

/** What the editor shows beside the output. */
const hintsOf = ({ run }: NodeResult): string[] =>
	run.data.resultData.runData.Veo.flatMap(({ hints = [] }) => hints.map(({ message }) => message));

/** What n8n keeps as the input of the sleeping node, and passes on at the deadline. */
const parkedIn = ({ run }: NodeResult): INodeExecutionData[] =>
	run.data.executionData?.nodeExecutionStack[0]?.data.main[0] ?? [];

const timeout = {
	code: 'timeout',
	message: 'not finished in time, or its callback was lost: use Job > Get',
	retryable: true,
	accepted: 'yes',
};

/** Without polling for long where it polls: the wait is over at once. */
const brief = { timeout: 0.001, pollInterval: 1 };

describe.each(calling)('%s', (_, provider) => {
	it('parks the jobs and sleeps until two minutes after the time is up', async () => {
		const before = Date.now();
		const input = [{ row: 1 }, { row: 2 }];
		const result = await wait(
			provider,
			{ waitStrategy: 'callback', timeout: 30, metadata: '={{ $json }}' },
			{ input, n8nUrl: publicUrl },
		);
		const until = Number(result.run.waitTill) - before;
		expect(until).toBeGreaterThanOrEqual(32 * 60_000);
		expect(until).toBeLessThan(33 * 60_000);
		const jobs = sandbox().jobs();
		const parked = parkedIn(result);
		expect(parked.map(({ json, pairedItem }) => ({ json, pairedItem }))).toEqual(
			input.map((metadata, item) => ({
				json: expect.objectContaining({ jobId: jobs[item].id, metadata, error: timeout }),
				pairedItem: { item },
			})),
		);
		// What the editor shows meanwhile are jobs under way.
		expect(jsonOf(result)).toEqual(
			jobs.map(({ id }) => expect.objectContaining({ jobId: id, error: null })),
		);
		// The output of the node before is still its own.
		const [before0] = result.run.data.resultData.runData.Items;
		expect(before0.data?.main[0]?.map(({ json }) => json)).toEqual(input);
	});

	it('gives the resume URL of n8n with the node in its path, and a token for this execution', async () => {
		const options = { waitStrategy: 'callback', timeout: 30, metadata: { row: 7 } };
		await wait(provider, options, { n8nUrl: publicUrl });
		const url = new URL(sandbox().jobs()[0].callbackUrl ?? '');
		expect(url.origin + url.pathname).toBe(`${publicUrl}/webhook-waiting/test/veo`);
		const apiKey = sandbox().apiKey;
		const token = String(url.searchParams.get('veoToken'));
		expect(openToken(apiKey, token, Date.now())).toEqual({
			token: expect.objectContaining({
				provider: provider.id,
				item: 0,
				sleeper: 'test/Veo',
				metadata: null,
			}),
		});
		// The token outlives the sleep, however long that is.
		const aDayLater = Date.now() + 24 * 60 * 60_000;
		expect(openToken(apiKey, token, aDayLater)).toHaveProperty('token');
	});

	it('carries metadata of any size, which stays here', async () => {
		const metadata = { text: 'x'.repeat(5000) };
		const options = { waitStrategy: 'callback', metadata };
		const result = await wait(provider, options, { n8nUrl: publicUrl });
		expect(parkedIn(result)[0].json.metadata).toEqual(metadata);
	});

	it('Auto sleeps and is not called back where n8n only reaches itself', async () => {
		const result = await wait(provider, {}, { n8nUrl: n8n().url });
		expect(result.run.waitTill).toBeInstanceOf(Date);
		expect(sandbox().jobs()[0].callbackUrl).toBeUndefined();
	});

	it('polls as an AI tool, whatever the strategy', async () => {
		const options = { ...brief, waitStrategy: 'callback' };
		await wait(provider, options, { byRouting: true });
		expect(sandbox().jobs()[0].callbackUrl).toBeUndefined();
	});

	it('Polling never asks to be called', async () => {
		const result = await wait(
			provider,
			{ ...brief, waitStrategy: 'polling' },
			{ n8nUrl: publicUrl },
		);
		expect(result.run.waitTill).toBeUndefined();
		expect(sandbox().jobs()[0].callbackUrl).toBeUndefined();
	});

	it('its own node sleeps as well', async () => {
		const result = await waitInOwnNode(provider, { waitStrategy: 'callback' }, publicUrl);
		expect(result.run.waitTill).toBeInstanceOf(Date);
		expect(parkedIn(result)[0].json).toMatchObject({ jobId: sandbox().jobs()[0].id });
		expect(sandbox().jobs()[0].callbackUrl).toContain(`${publicUrl}/webhook-waiting/`);
	});
});

describe.each(table(providers.filter(({ callback }) => callback?.isDocumented)))(
	'%s',
	(_, provider) => {
		it('Auto sleeps where n8n can be called from the internet', async () => {
			// Nobody can be called there from here: the job is only parked.
			const result = await wait(provider, {}, { n8nUrl: publicUrl });
			expect(result.run.waitTill).toBeInstanceOf(Date);
			expect(sandbox().jobs()[0].callbackUrl).toContain(`${publicUrl}/webhook-waiting/`);
		});
	},
);

describe.each(table(providers.filter(({ callback }) => !callback?.isDocumented)))(
	'%s, of which no documented callback comes',
	(_, provider) => {
		it('Auto stays awake and says why where n8n does not reach itself, public or not', async () => {
			const result = await wait(provider, brief, { n8nUrl: publicUrl });
			expect(result.run.waitTill).toBeUndefined();
			expect(jsonOf(result)[0].error).toMatchObject({ code: 'timeout' });
			expect(hintsOf(result)).toEqual([expect.stringContaining(`itself at ${publicUrl}`)]);
		});
	},
);

describe.each(silent)('%s', (_, provider) => {
	it('refuses Callback before anything is submitted', async () => {
		const result = await wait(provider, { waitStrategy: 'callback' }, { n8nUrl: publicUrl });
		expect(result.error?.message).toContain(`${provider.displayName} does not call back`);
		expect(result.error?.description).toContain('Auto or Polling');
		expect(sandbox().requests).toHaveLength(0);
	});

	it('its own node sleeps, and its watcher calls when the jobs have ended', async () => {
		const result = await waitInOwnNode(provider, { pollInterval: 1 }, n8n().url);
		expect(result.run.waitTill).toBeInstanceOf(Date);
		const [{ id }] = sandbox().jobs();
		expect(n8n().calls).toEqual([]);
		sandbox().finish(id);
		const { path, token } = await n8n().called();
		expect(path).toBe('/webhook-waiting/test/veo');
		const { items } = await result.wake({ token });
		expect(items?.map(({ json }) => json)).toEqual([
			expect.objectContaining({ jobId: id, status: 'completed', error: null }),
		]);
	}, 15_000);

	it('the watcher calls when the time is up, too', async () => {
		const options = { pollInterval: 1, timeout: 0.02 };
		const result = await wait(provider, options, { n8nUrl: n8n().url });
		const { items } = await result.wake({ token: (await n8n().called()).token });
		expect(items?.map(({ json }) => json)).toEqual([
			expect.objectContaining({
				jobId: sandbox().jobs()[0].id,
				status: expect.stringMatching(/^(queued|in_progress)$/),
				error: expect.objectContaining({ code: 'timeout' }),
			}),
		]);
	}, 15_000);
});

describe('stays awake, and says why, where nobody would get the result of a sleep', () => {
	it.each(['integrated', 'cli', 'evaluation', 'chat', 'agent'] as const)('%s', async (mode) => {
		const result = await wait(fal, brief, { n8nUrl: publicUrl, mode });
		expect(result.run.waitTill).toBeUndefined();
		expect(sandbox().jobs()[0].callbackUrl).toBeUndefined();
		expect(hintsOf(result)).toEqual([expect.stringContaining('waits for its result')]);
	});

	const webhook: INode = {
		id: 'webhook',
		name: 'From the form',
		type: 'webhook',
		typeVersion: 1,
		position: [0, 0],
		parameters: { responseMode: 'lastNode' },
	};

	it('a trigger before it that answers when the last node finishes', async () => {
		const result = await wait(fal, brief, { n8nUrl: publicUrl, before: [webhook] });
		expect(result.run.waitTill).toBeUndefined();
		expect(hintsOf(result)).toEqual([
			expect.stringContaining('"From the form" answers its caller'),
		]);
	});

	it.each([
		['that answers at once', { parameters: { responseMode: 'onReceived' } }],
		['that is switched off', { disabled: true }],
	])('but not for one %s', async (_, change) => {
		const before = [{ ...webhook, ...change }];
		const result = await wait(fal, {}, { n8nUrl: publicUrl, before });
		expect(result.run.waitTill).toBeInstanceOf(Date);
	});

	it('but not for one that has not started this execution', async () => {
		const notRun = [{ ...webhook, name: 'a "form" }} {{ 1' }];
		const result = await wait(fal, {}, { n8nUrl: publicUrl, notRun });
		expect(result.run.waitTill).toBeInstanceOf(Date);
	});
});

describe('what is wrong with the strategy is said before anything is submitted', () => {
	/** A provider at its own address, which no test may reach. */
	const real = async (options: INodeParameters, run: RunOptions = {}) =>
		await wait(fal, options, {
			credentials: { veoFalApi: { ...sandbox().credentials.fal, baseUrl: fal.baseUrl } },
			...run,
		});

	it('Callback where n8n cannot be called', async () => {
		const { error } = await real({ waitStrategy: 'callback' }, { n8nUrl: 'http://10.0.0.5:5678' });
		expect(error?.message).toBe(
			'Item 0: fal.ai cannot call this n8n back: its address http://10.0.0.5:5678 does not start with https://',
		);
		expect(error?.description).toContain('WEBHOOK_URL');
	});

	it('a strategy that there is not', async () => {
		const { error } = await real({ waitStrategy: '={{ "sleep" }}' });
		expect(error?.message).toContain('"sleep" is not a wait strategy');
		expect(error?.description).toContain('auto, callback, polling');
	});

	it.each([
		['a point in time as the timeout, which no database can keep', '={{ Date.now() }}'],
		['no time to wait at all', '={{ 0 }}'],
		['less than no time', -1],
	])('%s', async (_, timeout) => {
		for (const waitStrategy of ['callback', 'polling']) {
			const { error } = await wait(fal, { waitStrategy, timeout }, { n8nUrl: publicUrl });
			expect(error?.message).toMatch(
				/Timeout is -?\d+ minutes; it must be more than 0 and at most 10080 \(a week\)/,
			);
			expect(sandbox().requests).toHaveLength(0);
		}
	});

	it('each item has the reason when the node continues on errors', async () => {
		const result = await wait(
			silent[0][1],
			{ waitStrategy: 'callback' },
			{ input: [{}, {}], onError: 'continueRegularOutput' },
		);
		expect(jsonOf(result).map(({ status, error }) => ({ status, error }))).toEqual(
			[0, 1].map(() => ({
				status: 'failed',
				error: expect.objectContaining({ code: 'validation' }),
			})),
		);
		expect(sandbox().requests).toHaveLength(0);
	});
});

describe('before it sleeps', () => {
	it('looks at each job once, and does not sleep when all have ended', async () => {
		const result = await wait(
			fal,
			{ waitStrategy: 'callback' },
			{
				parameters: { prompt: '={{ $json.prompt }}' },
				input: [
					{ prompt: 'one #sandbox:seconds=0' },
					{ prompt: 'two #sandbox:seconds=0 #sandbox:content-policy' },
				],
			},
		);
		expect(result.run.waitTill).toBeUndefined();
		expect(jsonOf(result).map(({ status }) => status)).toEqual(['completed', 'failed']);
		expect(sandbox().count({ call: 'status' })).toBe(2);
	});

	it('sleeps although a look at a job has failed', async () => {
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 500 }, times: Infinity });
		const result = await wait(fal, { waitStrategy: 'callback' });
		expect(result.run.waitTill).toBeInstanceOf(Date);
		expect(parkedIn(result)[0].json).toMatchObject({ status: 'queued', error: timeout });
	});

	it('what was refused is parked as it leaves, beside what was accepted', async () => {
		const run = {
			parameters: { prompt: '={{ $json.prompt }}' },
			input: [{ prompt: 'one #sandbox:no-balance' }, { prompt: 'two' }],
		};
		const onError = 'continueErrorOutput';
		const result = await wait(fal, { waitStrategy: 'callback' }, { ...run, onError });
		const [refused, accepted] = parkedIn(result).map(({ json }) => json);
		expect(Object.keys(refused)).toHaveLength(2);
		expect(accepted).toMatchObject({ jobId: sandbox().jobs()[0].id, error: timeout });
	});

	it('does not sleep for what was refused when the others have ended', async () => {
		const result = await wait(
			fal,
			{ waitStrategy: 'callback' },
			{
				parameters: { prompt: '={{ $json.prompt }}' },
				input: [{ prompt: 'one #sandbox:no-balance' }, { prompt: 'two #sandbox:seconds=0' }],
				onError: 'continueRegularOutput',
			},
		);
		expect(result.run.waitTill).toBeUndefined();
		expect(jsonOf(result).map(({ status }) => status)).toEqual(['failed', 'completed']);
	});

	it('with Stop, one that is refused ends the run and names what is paid', async () => {
		const result = await wait(
			fal,
			{ waitStrategy: 'callback', concurrency: 1 },
			{
				parameters: { prompt: '={{ $json.prompt }}' },
				input: [{ prompt: 'one' }, { prompt: 'two #sandbox:no-balance' }],
			},
		);
		expect(result.error?.message).toContain(sandbox().jobs()[0].id);
		expect(result.run.waitTill).toBeUndefined();
	});

	it('does not sleep when there are no items', async () => {
		const result = await wait(fal, { waitStrategy: 'callback' }, { input: [] });
		expect(result.run.waitTill).toBeUndefined();
		expect(sandbox().requests).toHaveLength(0);
	});
});
