import { until } from '../../../scripts/until.mts';
import { AIMLAPI } from './watching.mts';
import type { Front } from './front.mts';
import type { Watching } from './watching.mts';

/** What n8n evaluates no more once the node sleeps. */
export function testExpressions(
	{
		session,
		jobOf,
		finish,
		submits,
		workflowOf,
		startEach,
		asleep,
		fallAsleep,
		ended,
		after,
		completed,
		credentialWith,
	}: Watching,
	proxy: () => Front,
): void {
	const parameters = AIMLAPI;

	it('in the credential', async () => {
		const { sandbox } = session();
		const { settings } = await credentialWith({
			apiKey: "={{ ['sandbox', 'key'].join('-') }}",
			baseUrl: `={{ '${sandbox.credentials.aimlapi.baseUrl}'.trim() }}`,
		});
		const id = await fallAsleep(['one', 'two'], { parameters, settings });
		finish('one', 'two');
		expect(after(await ended(id))).toEqual(['one', 'two'].map(completed));
		expect(submits()).toBe(2);
	});

	it('in the credential, for each item', async () => {
		const { settings } = await credentialWith({
			apiKey: "={{ $json.prompt === 'one' ? 'sandbox-key' : 'sandbox' + '-key' }}",
		});
		const id = await fallAsleep(['one', 'two'], { parameters, settings });
		finish('one', 'two');
		expect(after(await ended(id))).toEqual(['one', 'two'].map(completed));
	});

	it('in the options, for each item', async () => {
		const options = { timeout: "={{ $json.prompt === 'one' ? 0.05 : 15 }}" };
		const id = await fallAsleep(['one', 'two'], { parameters, options });
		expect(after(await ended(id))).toEqual(
			['one', 'two'].map((asked) =>
				expect.objectContaining({
					asked,
					jobId: jobOf(asked).id,
					error: expect.objectContaining({ code: 'timeout' }),
				}),
			),
		);
	});

	it('in the proxy; however many executions sleep, few questions are asked at a time', async () => {
		const { sandbox } = session();
		// Only the proxy knows where this is.
		const { settings } = await credentialWith({
			baseUrl: `http://api.example.org${new URL(sandbox.credentials.aimlapi.baseUrl).pathname}`,
		});
		proxy().target = (url) => new URL(url.replace(/^http:\/\/[^/]+/, ''), sandbox.url);
		const batches = ['a', 'b', 'c', 'd'].map((batch) =>
			[1, 2, 3, 4].map((row) => `${batch}${row}`),
		);
		const options = { requestOptions: { proxy: `={{ $json.prompt && '${proxy().url}' }}` } };
		const ids = await startEach(
			batches.map((prompts) => workflowOf(prompts, { parameters, options, settings })),
		);
		for (const id of ids) await asleep(id);
		const slow = { kind: 'slow', milliseconds: 300, where: 'headers' } as const;
		sandbox.inject({ call: 'status', fault: slow, times: Infinity });
		proxy().mostAtOnce = 0;
		const asked = sandbox.count({ call: 'status' });
		await until('each has been asked about twice', () => {
			return sandbox.count({ call: 'status' }) > asked + 2 * batches.flat().length;
		});
		expect(proxy().mostAtOnce).toBe(5);
		finish(...batches.flat());
		for (const [index, id] of ids.entries()) {
			expect(after(await ended(id))).toEqual(batches[index].map(completed));
		}
		expect(submits()).toBe(16);
	});
}
