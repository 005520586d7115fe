import type { IDataObject } from 'n8n-workflow';

import { jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';
import { calling, silent, useTrigger } from './triggered.mts';

const sandbox = useSandbox(0.05);
useFastClock();

/** An answer that fits no provider, and repeats the URL: its job still runs. */
const repeating = (url: string) =>
	({
		kind: 'raw',
		status: 200,
		contentType: 'application/json',
		body: JSON.stringify({
			status: 'IN_PROGRESS',
			code: 0,
			message: `told to call ${url}`,
			echo: { url, nested: [{ link: encodeURIComponent(url) }] },
		}),
	}) as const;

const sampleSecret = 'A'.repeat(80);
const sample = `https://n8n.example.org/webhook/x/callback?veoToken=v1.abcdefgh.${sampleSecret}`;

describe.each(calling)('%s repeats the callback URL', (_, provider) => {
	const { trigger, generate, quietJob, send, urlOf, tokenOf } = useTrigger(sandbox, provider);
	/** A part that tells the token from any other, from behind its public beginning. */
	const secretIn = (jobId: string) => tokenOf(jobId).slice(14, 34);

	const operations = ['get', ...(provider.cancel ? ['cancel'] : [])];
	it.each(operations)('%s, with Simplify off: the item has no token', async (operation) => {
		const jobId = String((await generate('x #sandbox:seconds=600')).jobId);
		for (const call of ['status', 'cancel'] as const) {
			sandbox().inject({ call, fault: repeating(urlOf(jobId)) });
		}
		const parameters = { resource: 'job', operation, jobId, simplify: false };
		const result = await runUnified(sandbox(), provider, parameters);
		const { raw } = jsonOf(result)[0] as { raw: IDataObject };
		expect(raw.echo).toBeDefined();
		expect(JSON.stringify(result.run.data)).toContain('told to call');
		expect(JSON.stringify(result.run.data)).not.toContain(secretIn(jobId));
	});

	it('asleep: what is parked has no token', async () => {
		// To the look before the sleep; other jobs may still be asked about.
		sandbox().inject({ call: 'status', fault: repeating(sample), about: 'falls asleep' });
		const sleeping = await runUnified(sandbox(), provider, {
			...request,
			prompt: 'falls asleep #sandbox:seconds=600',
			operation: 'generateAndWait',
			simplify: false,
			options: { waitStrategy: 'callback' },
		});
		expect(sleeping.run.waitTill).toBeInstanceOf(Date);
		const text = JSON.stringify(sleeping.run.data);
		expect(text).toContain('told to call');
		expect(text).not.toContain(sampleSecret);
		expect(text).not.toContain(secretIn(sandbox().jobs()[0].id));
	});

	it('in the reason why a job failed: the run of the trigger has no token', async () => {
		const jobId = await quietJob();
		const message = `could not call ${encodeURIComponent(urlOf(jobId))}`;
		const failed = { status: 'failed', error: { code: 'x', message } };
		const [call, status, body] = provider.result
			? (['result', 422, { detail: [{ msg: message, type: 'x' }] }] as const)
			: ([
					'status',
					200,
					{ ...failed, code: 0, data: { status: 'failed', error: message } },
				] as const);
		const contentType = 'application/json';
		const fault = { kind: 'raw', status, contentType, body: JSON.stringify(body) } as const;
		sandbox().inject({ call, fault });
		expect(await send(jobId)).toEqual([200]);
		const text = JSON.stringify(trigger().runs);
		expect(text).toContain('could not call');
		expect(text).not.toContain(secretIn(jobId));
	});
});

describe.each(silent)('%s repeats a callback URL', (_, provider) => {
	it('get, with Simplify off: the item has the answer without the token', async () => {
		const submitted = await runUnified(sandbox(), provider, { ...request, operation: 'generate' });
		const { jobId } = jsonOf(submitted)[0];
		sandbox().inject({ call: 'status', fault: repeating(sample) });
		const parameters = { resource: 'job', operation: 'get', jobId: String(jobId), simplify: false };
		const { run } = await runUnified(sandbox(), provider, parameters);
		expect(JSON.stringify(run.data)).toContain('told to call');
		expect(JSON.stringify(run.data)).not.toContain(sampleSecret.slice(0, 20));
	});
});
