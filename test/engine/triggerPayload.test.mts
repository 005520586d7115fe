import { until } from '../../scripts/until.mts';
import { request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';
import { callingProvider } from './triggered.mts';
import { allWarnings, startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.05);
useFastClock();

describe('ShortAPI, whose payload is not documented', () => {
	const shortapi = callingProvider('shortapi');

	it.each(['data.id', 'data.job_id', 'job_id', 'id'] as const)(
		'finds the job at %s',
		async (shape) => {
			Object.assign(sandbox().settings, { allowHttpCallbacks: true, shortapiCallbackShape: shape });
			const trigger = await startTrigger(sandbox(), 'shortapi');
			await runUnified(sandbox(), shortapi, {
				operation: 'generate',
				...request,
				options: { callbackUrl: trigger.url },
			});
			await until('a run has started', () => trigger.runs.length > 0);
		},
	);

	it('none: 400 and a line in the log', async () => {
		Object.assign(sandbox().settings, { allowHttpCallbacks: true, shortapiCallbackShape: 'query' });
		const trigger = await startTrigger(sandbox(), 'shortapi');
		await runUnified(sandbox(), shortapi, {
			operation: 'generate',
			...request,
			options: { callbackUrl: trigger.url },
		});
		await until('the callback is answered', () => sandbox().deliveries[0]?.status !== undefined);
		expect(sandbox().deliveries[0].status).toBe(400);
		expect(allWarnings.join()).toContain('no job ID');
	});
});
