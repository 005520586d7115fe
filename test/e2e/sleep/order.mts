import { until } from '../../../scripts/until.mts';
import { to } from './sleeping.mts';
import type { Sleeping } from './sleeping.mts';

const FAL = { provider: 'fal' };
const EVOLINK = { provider: 'evolink', model: 'veo-3.1-generate-preview' };
const SHORTAPI = { provider: 'shortapi', model: 'google/veo-3.1/reference-to-video' };

/** In whatever order and how often the callbacks come, the videos leave once, in the order of the items. */
export function testOrder({
	session,
	isCurrent,
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
}: Sleeping): void {
	it.each(isCurrent ? [FAL, EVOLINK, SHORTAPI] : [FAL])(
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
		sandbox.settings.callbackRetryMilliseconds = 4000;
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

	it('works with Execute Once, under an odd name, and with expressions that cannot be read twice', async () => {
		// n8n 1 finds no node by its name in an execution that is started over REST.
		const promptByName = isCurrent ? "$('Prompts').item.json.prompt" : '$json.prompt';
		const workflow = workflowOf(['one', 'two'], {
			settings: { executeOnce: true },
			parameters: { simplify: false },
			options: { metadata: `={{ { row: ${promptByName} } }}` },
		});
		const odd = `a "b" 'c' }} {{ d`;
		for (const entry of workflow.nodes) if (entry.name === 'Veo') entry.name = odd;
		workflow.connections = { Start: to('Prompts'), Prompts: to(odd), [odd]: to('After') };
		const id = await asleep(await start(workflow));
		finish('one');
		const execution = await ended(id);
		expect(after(execution)).toEqual([completed('one')]);
		expect(after(execution)[0]).toMatchObject({
			metadata: { row: 'one' },
			raw: expect.objectContaining({}),
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

	describe('jobs that fail', () => {
		const prompts = ['one', 'two #sandbox:content-policy', 'three'];
		const refused = 'four #sandbox:no-balance';

		it('go to the error output where there is one, with what was refused', async () => {
			// n8n 1 knows no `details`.
			const details = isCurrent ? 'details' : 'message';
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
	});
}
