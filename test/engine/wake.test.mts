import type { INodeParameters } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import type { NodeResult } from './harness.mts';
import { useN8nAddress } from './n8nAddress.mts';
import { request, runUnified, useSandbox } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const sandbox = useSandbox(600);
const n8n = useN8nAddress();
/** It signs nothing, so that a test can call for it. */
const evolink = providers.find(({ id }) => id === 'evolink')!;

const minute = 60_000;
const prompts = ['one', 'two', 'three'];

beforeEach(() => (sandbox().settings.allowHttpCallbacks = true));

const fallAsleep = async (
	options: INodeParameters = {},
	run: RunOptions & { parameters?: INodeParameters } = {},
): Promise<NodeResult> => {
	const { parameters, ...rest } = run;
	const result = await runUnified(
		sandbox(),
		evolink,
		{
			operation: 'generateAndWait',
			...request,
			prompt: '={{ $json.prompt }}',
			...parameters,
			options: { waitStrategy: 'callback', ...options },
		},
		{ input: prompts.map((prompt) => ({ prompt })), ...rest },
	);
	expect(result.run.waitTill).toBeInstanceOf(Date);
	return result;
};

const jobOf = (prompt: string) =>
	sandbox()
		.jobs()
		.find((job) => job.prompt.startsWith(prompt))!;
const tokenOf = (prompt: string) =>
	new URL(String(jobOf(prompt).callbackUrl)).searchParams.get('veoToken') ?? '';

/** They end, and the sandbox tells nobody: the test does. */
function finish(...ended: string[]): void {
	sandbox().settings.allowHttpCallbacks = false;
	for (const prompt of ended) sandbox().finish(jobOf(prompt).id);
	sandbox().settings.allowHttpCallbacks = true;
}

/** Some seconds or minutes later, as far as the node can tell. */
async function later<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
	const then = Date.now() + ms;
	const now = jest.spyOn(Date, 'now').mockImplementation(() => then);
	try {
		return await work();
	} finally {
		now.mockRestore();
	}
}

const count = (call: string) => sandbox().count({ call });

it('goes on with all videos, in the order of the items, when the last one has ended', async () => {
	const sleeping = await fallAsleep();
	finish('three');
	expect(await sleeping.wake({ token: tokenOf('three') })).toEqual({ status: 200 });
	finish('one', 'two');
	const { status, items } = await sleeping.wake({ token: tokenOf('one') });
	expect(status).toBe(200);
	expect(items).toEqual(
		prompts.map((prompt, item) => ({
			json: expect.objectContaining({
				jobId: jobOf(prompt).id,
				status: 'completed',
				videoUrl: jobOf(prompt).videoUrl,
				error: null,
			}),
			pairedItem: { item },
		})),
	);
});

it('goes on in a workflow with combined binary data, too', async () => {
	const sleeping = await fallAsleep({}, { settings: { binaryMode: 'combined' } });
	finish(...prompts);
	const { status, items } = await sleeping.wake({ token: tokenOf('two') });
	expect(status).toBe(200);
	expect(items?.map(({ json }) => json.jobId)).toEqual(prompts.map((prompt) => jobOf(prompt).id));
});

it('wakes once, and again only when that came to nothing', async () => {
	const sleeping = await fallAsleep();
	finish(...prompts);
	const calls = prompts.map(async (prompt) => await sleeping.wake({ token: tokenOf(prompt) }));
	const woken = await Promise.all(calls);
	expect(woken.map(({ status }) => status)).toEqual([200, 200, 200]);
	expect(woken.filter(({ items }) => items)).toHaveLength(1);
	const again = async () => await sleeping.wake({ token: tokenOf('one') });
	expect((await later(9000, again)).items).toBeUndefined();
	expect((await later(20_000, again)).items).toHaveLength(3);
});

it('asks nobody about what it knows', async () => {
	const sleeping = await fallAsleep();
	finish('one', 'three');
	await sleeping.wake({ token: tokenOf('one') });
	await sleeping.wake({ token: tokenOf('three') });
	const asked = count('status');
	finish('two');
	expect((await sleeping.wake({ token: tokenOf('two') })).items).toHaveLength(3);
	// About `two` itself, and it is the last one.
	expect(count('status') - asked).toBe(1);
});

it.each([
	['still runs', () => undefined],
	[
		'cannot be read',
		() => {
			finish('one');
			sandbox().inject({ call: 'status', fault: { kind: 'status', status: 503 } });
		},
	],
])('a job that %s: to be delivered again', async (_, prepare) => {
	const sleeping = await fallAsleep();
	prepare();
	expect(await sleeping.wake({ token: tokenOf('one') })).toEqual({ status: 503 });
});

it('asks for the last callback again when another job could not be read', async () => {
	const sleeping = await fallAsleep();
	finish(...prompts);
	sandbox().inject({ call: 'status', fault: { kind: 'status', status: 503 }, after: 2 });
	const call = async () => await sleeping.wake({ token: tokenOf('one') });
	expect(await call()).toEqual({ status: 503 });
	expect((await later(2000, call)).items).toHaveLength(3);
});

describe('a job that is refused when it is asked about', () => {
	const refuse = (times = Infinity) =>
		sandbox().inject({
			call: 'status',
			fault: { kind: 'status', status: 401 },
			// After the job that is called about, and the newest.
			after: 2,
			times,
		});

	/** All have ended, and `two` alone is refused. */
	async function fallAsleepRefused() {
		const sleeping = await fallAsleep();
		finish(...prompts);
		refuse();
		expect(await sleeping.wake({ token: tokenOf('one') })).toEqual({ status: 503 });
		return async (prompt: string, ms: number) =>
			await later(ms, async () => await sleeping.wake({ token: tokenOf(prompt) }));
	}

	it('three times, leaves as it was, with the reason, and holds up no other', async () => {
		const wake = await fallAsleepRefused();
		expect(await wake('two', 2000)).toEqual({ status: 503 });
		const { items } = await wake('two', 4000);
		expect(items?.map(({ json }) => json)).toEqual([
			expect.objectContaining({ status: 'completed' }),
			expect.objectContaining({
				jobId: jobOf('two').id,
				status: expect.stringMatching(/^(queued|in_progress)$/),
				error: expect.objectContaining({ code: 'authentication' }),
			}),
			expect.objectContaining({ status: 'completed' }),
		]);
	});

	it('is not given up because others are called about', async () => {
		const wake = await fallAsleepRefused();
		for (const [prompt, ms] of [
			['three', 1000],
			['one', 3000],
			['three', 5000],
			['one', 7000],
		] as const) {
			expect(await wake(prompt, ms)).toEqual({ status: 503 });
		}
	});

	it('once, is not given up: it may have been chance', async () => {
		const sleeping = await fallAsleep();
		finish(...prompts);
		refuse(1);
		const call = async () => await sleeping.wake({ token: tokenOf('one') });
		expect(await call()).toEqual({ status: 503 });
		const { items } = await later(2000, call);
		expect(items?.map(({ json }) => json.status)).toEqual(prompts.map(() => 'completed'));
	});
});

describe('does not wake for', () => {
	it('the token of another execution', async () => {
		const sleeping = await fallAsleep();
		finish(...prompts);
		const call = { token: tokenOf('one'), execution: 'another' };
		expect(await sleeping.wake(call)).toEqual({ status: 401 });
	});

	it('the token of an item that is not there', async () => {
		const sleeping = await fallAsleep();
		const token = tokenOf('three');
		const fewer = await fallAsleep({}, { input: [{ prompt: 'other' }] });
		expect(await fewer.wake({ token })).toEqual({ status: 401 });
		expect((await sleeping.wake({ token })).status).not.toBe(401);
	});

	it('an execution that has gone to sleep again: that would run it from the first sleep on', async () => {
		const first = await fallAsleep();
		finish(...prompts);
		// As in the next round of a loop.
		await fallAsleep({}, { input: [{ prompt: 'next' }], earlierRuns: 1 });
		expect(await first.wake({ token: tokenOf('one') })).toEqual({ status: 503 });
	});

	it("one whose time is up: n8n's timer for the deadline would end the next sleep early", async () => {
		const sleeping = await fallAsleep({ timeout: 5 });
		finish(...prompts);
		const call = async () => await sleeping.wake({ token: tokenOf('one') });
		// The deadline is two minutes after Timeout; n8n arms its timer up to 70 seconds before it.
		expect(await later(7 * minute - 74_000, call)).toEqual({ status: 503 });
		expect((await later(7 * minute - 85_000, call)).items).toHaveLength(3);
	});
});

describe('after a restart, by what n8n has stored', () => {
	const day = 24 * 60 * minute;

	/** Longer than the process remembers a sleep, which stands for a restart. */
	const timeout = (2 * day) / minute;

	it('wakes in the time that slow submits have taken, too', async () => {
		const submitMs = 3000;
		sandbox().inject({
			call: 'submit',
			fault: { kind: 'slow', milliseconds: submitMs, where: 'headers' },
		});
		const checkedAt = Date.now();
		const sleeping = await fallAsleep({ timeout });
		finish(...prompts);
		const until = Number(sleeping.run.waitTill);
		const called = until - 76_500;
		expect(called).toBeGreaterThan(checkedAt + timeout * minute);
		const call = async () => await sleeping.wake({ token: tokenOf('one') });
		expect((await later(called - Date.now(), call)).items).toHaveLength(3);
	});

	it('leaves what is about to end to its deadline', async () => {
		const sleeping = await fallAsleep({ timeout });
		finish(...prompts);
		const called = Number(sleeping.run.waitTill) - 74_000;
		const call = async () => await sleeping.wake({ token: tokenOf('one') });
		expect(await later(called - Date.now(), call)).toEqual({ status: 503 });
	});

	it.each(['Veo', 'Veo }} {{ 1', `it's a "video" \\ \u2028`])(
		'whatever the node is called: %s',
		async (name) => {
			const sleeping = await fallAsleep({ timeout }, { name });
			finish(...prompts);
			const call = async () => await sleeping.wake({ token: tokenOf('one') });
			expect((await later(day + minute, call)).items).toHaveLength(3);
		},
	);
});

it('what was refused, and what has failed, leaves beside the videos', async () => {
	const input = ['one #sandbox:no-balance', 'two', 'three'].map((prompt) => ({ prompt }));
	const parameters = { simplify: false };
	const sleeping = await fallAsleep({}, { input, onError: 'continueErrorOutput', parameters });
	finish('two', 'three');
	const { items } = await sleeping.wake({ token: tokenOf('two') });
	expect(items?.map(({ json }) => json)).toEqual([
		{
			error: expect.any(String),
			details: expect.objectContaining({ jobId: null, status: 'failed' }),
		},
		expect.objectContaining({ jobId: jobOf('two').id, raw: expect.any(Object) }),
		expect.objectContaining({ jobId: jobOf('three').id, raw: expect.any(Object) }),
	]);
});

it("n8n's retry of a failed execution sleeps and asks itself: the callbacks go to the failed one", async () => {
	sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
	const parameters = {
		operation: 'generateAndWait',
		...request,
		prompt: '={{ $json.prompt }}',
		options: { waitStrategy: 'callback', concurrency: 1, timeout: 5, pollInterval: 1 },
	};
	const input = prompts.map((prompt) => ({ prompt }));
	const run = { input, n8nUrl: n8n().url };
	const failed = await runUnified(sandbox(), evolink, parameters, run);
	expect(failed.error?.message).toContain('were already accepted');
	const retryOf = failed.run.data;
	const retried = await runUnified(sandbox(), evolink, parameters, { ...run, retryOf });
	expect(retried.error).toBeUndefined();
	expect(retried.run.waitTill).toBeInstanceOf(Date);
	// The first was accepted, the second refused: three jobs, four submits, none for a job that was paid.
	expect(count('submit')).toBe(4);
	finish(...prompts);
	const { token } = await n8n().called();
	const { items } = await retried.wake({ token });
	expect(items?.map(({ json }) => json.jobId)).toEqual(prompts.map((prompt) => jobOf(prompt).id));
}, 15_000);
