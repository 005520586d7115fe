import { setTimeout as pause } from 'node:timers/promises';

import type { INode, INodeParameters } from 'n8n-workflow';

import type { CallbackMessage } from '../../sandbox/contract.mts';
import type { DeliverOptions } from '../../sandbox/server.mts';
import { N8N_VERSION, OLDER_N8N_VERSION } from '../../scripts/n8n/install.mts';
import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Execution, Workflow } from '../../scripts/n8n/rest.mts';
import { until } from './callbackWorkflows.mts';
import { useSession } from './n8nSession.mts';
import { node, sleepersOf, toEach } from './sleepers.mts';

/** No job ends by itself: the test says when. */
const JOB_SECONDS = 600;

const FAL = { provider: 'fal' };
const EVOLINK = { provider: 'evolink', model: 'veo-3.1-generate-preview' };
const SHORTAPI = { provider: 'shortapi', model: 'google/veo-3.1/reference-to-video' };

describe.each([N8N_VERSION, OLDER_N8N_VERSION])('on n8n %s', (version) => {
	const session = useSession(JOB_SECONDS, { allowHttpCallbacks: true, version });
	const sleeping = sleepingIn(session, version);

	const {
		jobOf,
		statusOf,
		finish,
		submits,
		workflowOf,
		start,
		asleep,
		fallAsleep,
		heard,
		deliver,
		ended,
		after,
		completed,
	} = sleepersOf(session, { waitStrategy: 'callback' });

	it.each([FAL, EVOLINK, SHORTAPI])(
		'$provider: jobs end in the reverse order, the videos leave in that of the items',
		async (provider) => {
			const prompts = ['one', 'two', 'three'];
			const id = await fallAsleep(prompts, { parameters: provider });
			for (const prompt of ['three', 'two']) {
				finish(prompt);
				await heard(prompt);
				expect(await statusOf(id)).toBe('waiting');
			}
			finish('one');
			const execution = await ended(id);
			expect(execution.status).toBe('success');
			expect(after(execution)).toEqual(prompts.map(completed));
			expect(submits()).toBe(3);
		},
	);

	it('asks the provider four times a job at the most, six at fal, in whatever order they end', async () => {
		for (const [provider, most] of [
			[EVOLINK, 4],
			[FAL, 6],
		] as const) {
			session().sandbox.reset();
			const prompts = ['one', 'two', 'three', 'four', 'five', 'six'];
			const id = await fallAsleep(prompts, { parameters: provider });
			for (const prompt of ['four', 'one', 'six', 'three', 'two', 'five']) {
				finish(prompt);
				await heard(prompt);
			}
			expect(after(await ended(id))).toEqual(prompts.map(completed));
			const requests = session().sandbox.count() - session().sandbox.count({ call: 'jwks' });
			expect(requests / prompts.length).toBeLessThanOrEqual(most);
		}
	});

	it('callbacks that come five times, and all at the same moment, wake it once', async () => {
		const prompts = ['one', 'two', 'three', 'four'];
		const id = await fallAsleep(prompts);
		session().sandbox.settings.allowHttpCallbacks = false;
		finish(...prompts);
		session().sandbox.settings.allowHttpCallbacks = true;
		await Promise.all(
			prompts.map(async (prompt) => await deliver(jobOf(prompt), { times: 5, parallel: true })),
		);
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual(prompts.map(completed));
		expect(execution.data.resultData.runData.After).toHaveLength(1);
	});

	it('a callback that comes while the execution is still awake is delivered again', async () => {
		const { sandbox } = session();
		sandbox.settings.callbackRetryMilliseconds = 2500;
		const slow = { kind: 'slow', milliseconds: 2000, where: 'headers' } as const;
		sandbox.inject({ call: 'status', fault: slow });
		const id = await start(workflowOf(['one'], {}));
		await until('its last look is under way', () => sandbox.count({ call: 'status' }) === 1);
		finish('one');
		await asleep(id);
		expect(after(await ended(id))).toEqual([completed('one')]);
		const [early, late] = sandbox.deliveries.map(({ status }) => status);
		expect(early).toBeGreaterThanOrEqual(400);
		expect(late).toBe(200);
	});

	it('what has ended before it sleeps needs no callback', async () => {
		const early = ['one #sandbox:seconds=0', 'two #sandbox:seconds=0'];
		const execution = await ended(await start(workflowOf(early, {})));
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual(early.map(completed));

		session().sandbox.reset();
		const id = await fallAsleep(['one #sandbox:seconds=0', 'two']);
		finish('two');
		expect(after(await ended(id))).toEqual(['one #sandbox:seconds=0', 'two'].map(completed));
	});

	it('a lost callback is made good by the next one', async () => {
		const id = await fallAsleep(['one', 'two']);
		session().sandbox.settings.allowHttpCallbacks = false;
		finish('two');
		session().sandbox.settings.allowHttpCallbacks = true;
		finish('one');
		expect(after(await ended(id))).toEqual(['one', 'two'].map(completed));
	});

	it('a callback that comes before its job has ended is asked for again', async () => {
		const id = await fallAsleep(['one']);
		expect(await deliver(jobOf('one'))).toEqual([503]);
		expect(await statusOf(id)).toBe('waiting');
		finish('one');
		expect(after(await ended(id))).toEqual([completed('one')]);
	});

	it('what could not be read at a callback is asked for when it is delivered again', async () => {
		const { sandbox } = session();
		const id = await fallAsleep(['one', 'two']);
		sandbox.settings.allowHttpCallbacks = false;
		finish('two');
		sandbox.settings.allowHttpCallbacks = true;
		sandbox.settings.callbackRetryMilliseconds = 2500;
		// After the job itself, which is asked about first.
		sandbox.inject({ call: 'status', fault: { kind: 'status', status: 503 }, after: 1 });
		finish('one');
		expect(after(await ended(id))).toEqual(['one', 'two'].map(completed));
		expect(sandbox.deliveries.map(({ status }) => status)).toEqual([undefined, 503, 200]);
	});

	it('a provider that is slow to answer does not hold the callback, nor wake it twice', async () => {
		const { sandbox } = session();
		const id = await fallAsleep(['one']);
		sandbox.settings.callbackRetryMilliseconds = 3000;
		const slow = { kind: 'slow', milliseconds: 10_000, where: 'headers' } as const;
		sandbox.inject({ call: 'status', fault: slow });
		finish('one');
		const execution = await ended(id, 30_000);
		expect(after(execution)).toEqual([completed('one')]);
		expect(execution.data.resultData.runData.After).toHaveLength(1);
		expect(sandbox.deliveries.map(({ status }) => status)).toEqual([503, 200]);
	}, 60_000);

	it('jobs that can never be read leave with the reason', async () => {
		const { sandbox } = session();
		const id = await fallAsleep(['one', 'two']);
		sandbox.settings.callbackRetryMilliseconds = 2100;
		const fault = { kind: 'status', status: 403 } as const;
		sandbox.inject({ call: 'status', fault, times: Infinity });
		finish('one', 'two');
		expect(after(await ended(id))).toEqual(
			['one', 'two'].map((asked) =>
				expect.objectContaining({
					asked,
					jobId: jobOf(asked).id,
					// What fal says with this status.
					error: expect.objectContaining({ code: 'insufficient_balance' }),
				}),
			),
		);
	});

	it('when the time is up, the node looks once more itself, and no callback is missed', async () => {
		const id = await fallAsleep(['one'], { options: { timeout: 0.1 } });
		session().sandbox.settings.allowHttpCallbacks = false;
		finish('one');
		expect(after(await ended(id))).toEqual([completed('one')]);
		// The sandbox could send none.
		expect(session().sandbox.deliveries.map(({ status }) => status)).toEqual([undefined]);
	});

	it("n8n's retry of a failed execution asks itself, because the callbacks go to the failed one", async () => {
		const { client, sandbox } = session();
		const prompts = ['one', 'two', 'three'];
		sandbox.inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		const options = { concurrency: 1, pollInterval: 1 };
		const failed = await ended(await start(workflowOf(prompts, { options })));
		expect(failed.status).toBe('error');
		// Answered when it has ended.
		const retried = client.retryExecution(failed.id, false);
		await until('all are submitted', () => sandbox.jobs().length === 3);
		finish(...prompts);
		expect(after(await ended(await retried))).toEqual(prompts.map(completed));
		expect(submits()).toBe(4);
	});

	it('strangers do not wake it', async () => {
		const changed = (
			change: (message: CallbackMessage) => Partial<CallbackMessage>,
		): DeliverOptions => ({ mutate: (message) => ({ ...message, ...change(message) }) });
		const withToken = (change: (token: string) => string): DeliverOptions =>
			changed(({ url }) => {
				const address = new URL(url);
				const token = change(address.searchParams.get('veoToken') ?? '');
				address.searchParams.set('veoToken', token);
				return { url: address.toString() };
			});
		const id = await fallAsleep(['one', 'two']);
		const other = await fallAsleep(['three']);
		const tokenOfOther = new URL(jobOf('three').callbackUrl ?? '').searchParams.get('veoToken');
		session().sandbox.settings.allowHttpCallbacks = false;
		finish('one', 'two');
		session().sandbox.settings.allowHttpCallbacks = true;
		const attacks: Record<string, DeliverOptions> = {
			'no token': withToken(() => ''),
			'a made-up token': withToken(() => 'v1.abcdefgh.QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo'),
			'a changed token': withToken((token) => token.replace(/.{20}$/, (end) => end.toUpperCase())),
			'the token of another execution': withToken(() => String(tokenOfOther)),
			'one byte more than was signed': changed(({ body }) => ({ body: `${body} ` })),
		};
		for (const [what, attack] of Object.entries(attacks)) {
			expect({ what, statuses: await deliver(jobOf('one'), attack) }).toEqual({
				what,
				statuses: [401],
			});
		}
		expect(await statusOf(id)).toBe('waiting');
		expect(await deliver(jobOf('one'))).toEqual([200]);
		expect(after(await ended(id))).toEqual(['one', 'two'].map(completed));
		expect(await statusOf(other)).toBe('waiting');
	});

	describe('jobs that fail', () => {
		const prompts = ['one', 'two #sandbox:content-policy', 'three'];
		const refused = 'four #sandbox:no-balance';

		it('are items with status failed, whatever On Error says', async () => {
			const id = await fallAsleep(prompts);
			finish(...prompts);
			const execution = await ended(id);
			expect(execution.status).toBe('success');
			expect(after(execution)).toEqual([
				completed('one'),
				expect.objectContaining({
					asked: prompts[1],
					jobId: jobOf('two').id,
					status: 'failed',
					error: expect.objectContaining({ code: 'content_policy' }),
				}),
				completed('three'),
			]);
		});

		it('go to the error output where there is one, with what was refused', async () => {
			// n8n 1 knows no `details`.
			const details = version === N8N_VERSION ? 'details' : 'message';
			const id = await fallAsleep([...prompts, refused], {
				settings: { onError: 'continueErrorOutput' },
			});
			finish(...prompts);
			const execution = await ended(id);
			expect(after(execution)).toEqual(['one', 'three'].map(completed));
			expect(after(execution, 'Failed')).toEqual([
				expect.objectContaining({
					asked: prompts[1],
					[details]: expect.objectContaining({ jobId: jobOf('two').id, status: 'failed' }),
				}),
				expect.objectContaining({
					asked: refused,
					[details]: expect.objectContaining({ jobId: null, status: 'failed' }),
				}),
			]);
		});

		it('with Stop, one refused row stops the rest, and the error names the paid ones', async () => {
			const execution = await ended(
				await start(workflowOf(['one', refused], { options: { concurrency: 1 } })),
			);
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain(jobOf('one').id);
		});
	});

	it('Retry On Fail does not disturb its sleep', async () => {
		const failing = 'one #sandbox:content-policy #sandbox:seconds=0';
		const id = await fallAsleep([failing, 'two'], {
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 },
		});
		finish('two');
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual([
			expect.objectContaining({ asked: failing, status: 'failed' }),
			completed('two'),
		]);
		expect(submits()).toBe(2);
	});

	it('works with Execute Once, under an odd name, and with expressions that cannot be read twice', async () => {
		// n8n 1 finds no node by its name in an execution that is started over REST.
		const promptByName = version === N8N_VERSION ? "$('Prompts').item.json.prompt" : '$json.prompt';
		const workflow = workflowOf(['one', 'two'], {
			settings: { executeOnce: true },
			parameters: { simplify: false },
			options: { metadata: `={{ { row: ${promptByName} } }}` },
		});
		const odd = `a "b" 'c' }} {{ d`;
		for (const entry of workflow.nodes) if (entry.name === 'Veo') entry.name = odd;
		workflow.connections = {
			Start: toEach('Prompts'),
			Prompts: toEach(odd),
			[odd]: toEach('After'),
		};
		const id = await asleep(await start(workflow));
		finish('one');
		const execution = await ended(id);
		expect(after(execution)).toEqual([completed('one')]);
		expect(after(execution)[0]).toMatchObject({
			metadata: { row: 'one' },
			raw: expect.objectContaining({}),
		});
	});

	it('each round of a loop sleeps and wakes by itself', async () => {
		const prompts = ['one', 'two', 'three'];
		const workflow = workflowOf(prompts, {});
		workflow.nodes.push(node('Loop', 'splitInBatches', { options: {} }, 3));
		workflow.connections.Prompts = toEach('Loop');
		workflow.connections.Loop = toEach('After', 'Veo');
		workflow.connections.Veo = toEach('Loop');
		const id = await start(workflow);
		for (const prompt of prompts) {
			await until(`"${prompt}" is submitted`, () =>
				session()
					.sandbox.jobs()
					.some((job) => job.prompt === prompt),
			);
			await asleep(id);
			finish(prompt);
		}
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		// A loop puts the items of its rounds together, whose pairing leads to different runs.
		const jobs = outputOf(execution, 'After').map(({ json }) => json.jobId);
		expect(jobs).toEqual(prompts.map((prompt) => jobOf(prompt).id));
		expect(submits()).toBe(3);
	});

	/** Prompts → Call, a sub-workflow that generates → Result. */
	async function calling(prompts: string[], options?: INodeParameters): Promise<Workflow> {
		const { client } = session();
		const inner = workflowOf(['unused'], { options });
		inner.nodes = [
			...inner.nodes.filter(({ name }) => name === 'Veo'),
			node('Called', 'executeWorkflowTrigger', { inputSource: 'passthrough' }, 1.1),
		];
		inner.connections = { Called: toEach('Veo') };
		const innerId = await client.createWorkflow(inner);
		// n8n 2 calls only what is published.
		await client.activate(innerId);
		const outer = workflowOf(prompts, {});
		outer.nodes = [
			...outer.nodes.filter(({ name }) => name !== 'Veo'),
			node(
				'Call',
				'executeWorkflow',
				{
					workflowId: { __rl: true, mode: 'id', value: innerId },
					options: { waitForSubWorkflow: true },
				},
				1.2,
			),
			node('Result', 'noOp', {}),
		];
		outer.connections = {
			Start: toEach('Prompts'),
			Prompts: toEach('Call'),
			Call: toEach('Result'),
		};
		return outer;
	}

	const videos = (execution: Execution) =>
		outputOf(execution, 'Result').map(({ json: { jobId, status } }) => ({ jobId, status }));

	const finished = (...prompts: string[]) =>
		prompts.map((prompt) => ({ jobId: jobOf(prompt).id, status: 'completed' }));

	if (version === N8N_VERSION) {
		it('a sub-workflow sleeps, and its caller goes on with the videos', async () => {
			const id = await asleep(await start(await calling(['one', 'two'])));
			finish('one', 'two');
			expect(videos(await ended(id))).toEqual(finished('one', 'two'));
		});
	} else {
		it('a sub-workflow does not sleep, because n8n 1 would forget the videos', async () => {
			const execution = await ended(await start(await calling(['one'])));
			expect(execution.data.resultData.error?.message).toContain('sub-workflow');
			expect(submits()).toBe(0);
		});
	}

	it('a sub-workflow polls, and its caller goes on with the videos', async () => {
		const polling = { waitStrategy: 'polling', pollInterval: 1 };
		const id = await start(await calling(['one', 'two'], polling));
		await until('both are submitted', () => submits() === 2);
		finish('one', 'two');
		expect(videos(await ended(id))).toEqual(finished('one', 'two'));
	});

	it('when the time is up the jobs leave as they are, and Get picks them up', async () => {
		const prompts = ['one #sandbox:content-policy #sandbox:seconds=0', 'two', 'three'];
		const workflow = workflowOf(prompts, { options: { timeout: 0.1 } });
		const get = workflow.nodes.find(({ name }) => name === 'Veo') as INode;
		workflow.nodes.push({
			...get,
			id: 'Get',
			name: 'Get',
			parameters: { resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' },
		});
		workflow.connections.After = toEach('Get');
		const id = await asleep(await start(workflow));
		session().sandbox.settings.allowHttpCallbacks = false;
		finish('two');
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual([
			expect.objectContaining({ asked: prompts[0], status: 'failed' }),
			completed('two'),
			expect.objectContaining({
				asked: 'three',
				jobId: jobOf('three').id,
				error: expect.objectContaining({ code: 'timeout', retryable: true }),
			}),
		]);
		expect(outputOf(execution, 'Get').map(({ json }) => json.status)).toEqual([
			'failed',
			'completed',
			expect.stringMatching(/^(queued|in_progress)$/),
		]);
	});

	it('kill -9 while twenty jobs sleep: all twenty videos arrive', async () => {
		const prompts = Array.from({ length: 20 }, (_, index) => `prompt ${index + 101}`);
		const id = await fallAsleep(prompts, { options: { concurrency: 10 } });
		// These callbacks are answered, and nobody sends them again.
		const before = prompts.slice(5, 12);
		finish(...before);
		await heard(...before);
		await session().killAndRestartN8n();
		expect(await statusOf(id)).toBe('waiting');
		const later = prompts.filter((prompt) => !before.includes(prompt));
		finish(...later);
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual(prompts.map(completed));
		expect(submits()).toBe(20);
	}, 90_000);

	it('kill -9 while it submits: nothing is submitted again', async () => {
		const { client, sandbox } = session();
		const prompts = ['one', 'two', 'three', 'four'];
		sandbox.inject({
			call: 'submit',
			fault: { kind: 'slow', milliseconds: 60_000, where: 'headers' },
			after: 2,
		});
		const id = await start(workflowOf(prompts, { options: { concurrency: 1 } }));
		await until('the third is under way', () => submits() === 3);
		await session().killAndRestartN8n();
		// What n8n itself does with it: nothing is run again.
		await until('n8n calls it crashed', async () => (await statusOf(id)) === 'crashed');
		await pause(2000);
		expect(submits()).toBe(3);
		expect(await client.getExecution(id)).toMatchObject({ status: 'crashed' });
	}, 90_000);

	it('a cancelled execution asks no more within a second, when it polls', async () => {
		const { client, sandbox } = session();
		const id = await start(
			workflowOf(['one'], { options: { waitStrategy: 'polling', pollInterval: 1 } }),
		);
		await until('it polls', () => sandbox.count({ call: 'status' }) > 1);
		expect(await statusOf(id)).toBe('running');
		await client.stopExecution(id);
		await pause(1000);
		const asked = sandbox.count({ call: 'status' });
		await pause(3000);
		expect(sandbox.count({ call: 'status' })).toBe(asked);
		expect(await statusOf(id)).toBe('canceled');
	});
});
