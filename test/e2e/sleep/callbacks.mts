import type { CallbackMessage } from '../../../sandbox/contract.mts';
import type { DeliverOptions } from '../../../sandbox/server.mts';
import type { Sleeping } from './sleeping.mts';

const FAL = { provider: 'fal' };
const EVOLINK = { provider: 'evolink', model: 'veo-3.1-generate-preview' };

/** What is the same on every n8n, because only the node decides it. */
export function testCallbacks({
	session,
	jobOf,
	statusOf,
	finish,
	workflowOf,
	start,
	fallAsleep,
	heard,
	deliver,
	ended,
	after,
	completed,
}: Sleeping): void {
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

	it('jobs that can never be read leave with the reason', async () => {
		const { sandbox } = session();
		const id = await fallAsleep(['one', 'two']);
		sandbox.settings.callbackRetryMilliseconds = 2100;
		const fault = { kind: 'status', status: 401 } as const;
		sandbox.inject({ call: 'status', fault, times: Infinity });
		finish('one', 'two');
		expect(after(await ended(id))).toEqual(
			['one', 'two'].map((asked) =>
				expect.objectContaining({
					asked,
					jobId: jobOf(asked).id,
					error: expect.objectContaining({ code: 'authentication' }),
				}),
			),
		);
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

		it('with Stop, one refused row stops the rest, and the error names the paid ones', async () => {
			const execution = await ended(
				await start(workflowOf(['one', refused], { options: { concurrency: 1 } })),
			);
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain(jobOf('one').id);
		});
	});
}
