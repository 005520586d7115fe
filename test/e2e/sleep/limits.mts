import { setTimeout as pause } from 'node:timers/promises';

import type { INode } from 'n8n-workflow';

import { outputOf } from '../../../scripts/n8n/rest.mts';
import { until } from '../../../scripts/until.mts';
import { to } from './sleeping.mts';
import type { Sleeping } from './sleeping.mts';

/** Where a sleep ends: at its deadline, by a stop, and when n8n is killed. */
export function testLimits({
	session,
	jobOf,
	statusOf,
	finish,
	submits,
	workflowOf,
	start,
	asleep,
	fallAsleep,
	heard,
	ended,
	after,
	completed,
}: Sleeping): void {
	it('when the time is up, the node looks once more, the jobs leave, and Get picks them up', async () => {
		const prompts = ['one #sandbox:content-policy #sandbox:seconds=0', 'two', 'three'];
		const workflow = workflowOf(prompts, { options: { timeout: 0.1 } });
		const get = workflow.nodes.find(({ name }) => name === 'Veo') as INode;
		workflow.nodes.push({
			...get,
			id: 'Get',
			name: 'Get',
			parameters: { resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' },
		});
		workflow.connections.After = to('Get');
		const id = await asleep(await start(workflow));
		session().sandbox.settings.allowHttpCallbacks = false;
		finish('two');
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual([
			expect.objectContaining({ asked: prompts[0], status: 'failed' }),
			// Its callback was lost.
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
		// As it starts, n8n calls every execution that slept crashed, and then takes it back.
		await until('n8n shows it asleep', async () => (await statusOf(id)) === 'waiting');
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
}
