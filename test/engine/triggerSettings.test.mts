import type { INodeParameters } from 'n8n-workflow';

import { useFastClock, useSandbox } from './sandboxed.mts';
import { calling, useTrigger, withToken } from './triggered.mts';
import { startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.05);
useFastClock();

const broken = '={{ $("Nowhere").first().json.value }}';

describe.each(calling)('%s', (id, provider) => {
	const { trigger, startWith, generate, quietJob, send, tokenOf } = useTrigger(sandbox, provider);
	const asked = () => sandbox().requests.filter(({ call }) => call !== 'jwks').length;

	it.each<[string, INodeParameters]>([
		['Events', { events: broken }],
		['Download Video', { options: { downloadVideo: broken } }],
		['Put Output File in Field', { options: { binaryField: broken } }],
		['Events, which yields no list', { events: '={{ null }}' }],
		['Events, which yields another word', { events: '={{ ["finished"] }}' }],
	])('an expression that fails loses nothing: %s', async (_, parameters) => {
		await startWith(parameters);
		const jobId = await quietJob();
		const before = asked();
		expect(await send(jobId, { times: 2 })).toEqual([503, 503]);
		expect(asked() - before).toBe(0);
		expect(trigger().runs).toEqual([]);
		expect(trigger().warnings).toEqual([
			expect.stringContaining('the settings of the trigger could not be read'),
		]);
		expect(trigger().staticData).toEqual({});

		// Its owner mends it, and the provider delivers again.
		const { webhookId } = trigger();
		const mended = await startTrigger(sandbox(), id, {}, { webhookId });
		const url = withToken(mended.url, tokenOf(jobId));
		expect(await send(jobId, { url })).toEqual([200]);
		expect(mended.runs).toHaveLength(1);
		expect(mended.runs[0][0].json).toMatchObject({ jobId, metadata: { row: 7 } });
	});

	it('strangers do not learn that an expression fails, nor do they fill the log with it', async () => {
		await startWith({ events: broken });
		const jobId = await quietJob();
		expect(await send(jobId, { url: withToken(trigger().url, 'made-up') })).toEqual([401]);
		expect(trigger().warnings).toEqual([]);
	});

	it.each([
		['={{ ["failed"] }}', 0],
		['={{ "completed, failed" }}', 1],
		['={{ [] }}', 0],
	])('Events may be the expression %s', async (events, runs) => {
		await startWith({ events });
		const { jobId } = await generate('x #sandbox:seconds=600');
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(String(jobId));
		sandbox().settings.allowHttpCallbacks = true;
		expect(await send(String(jobId))).toEqual([200]);
		expect(trigger().runs).toHaveLength(runs);
	});
});
