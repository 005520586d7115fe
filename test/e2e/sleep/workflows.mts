import type { INodeParameters } from 'n8n-workflow';

import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { Execution, Workflow } from '../../../scripts/n8n/rest.mts';
import { until } from '../../../scripts/until.mts';
import { node, to } from './sleeping.mts';
import type { Sleeping } from './sleeping.mts';

/** The same node sleeps again and again in one execution. */
export function testLoops(
	{ session, jobOf, finish, submits, workflowOf, start, asleep, ended }: Sleeping,
	parameters?: INodeParameters,
): void {
	it('each round of a loop sleeps and wakes by itself', async () => {
		const prompts = ['one', 'two', 'three'];
		const workflow = workflowOf(prompts, { parameters });
		workflow.nodes.push(node('Loop', 'splitInBatches', { options: {} }, 3));
		workflow.connections.Prompts = to('Loop');
		workflow.connections.Loop = to('After', 'Veo');
		workflow.connections.Veo = to('Loop');
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
}

/** Executions that n8n itself repeats or calls: in a sub-workflow, by its retry. */
export function testWorkflows({
	session,
	isCurrent,
	jobOf,
	finish,
	submits,
	workflowOf,
	start,
	asleep,
	ended,
	after,
	completed,
}: Sleeping): void {
	/** Prompts → Call, a sub-workflow that generates → Result. */
	async function calling(prompts: string[], options?: INodeParameters): Promise<Workflow> {
		const { client } = session();
		const inner = workflowOf(['unused'], { options });
		inner.nodes = [
			...inner.nodes.filter(({ name }) => name === 'Veo'),
			node('Called', 'executeWorkflowTrigger', { inputSource: 'passthrough' }, 1.1),
		];
		inner.connections = { Called: to('Veo') };
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
		outer.connections = { Start: to('Prompts'), Prompts: to('Call'), Call: to('Result') };
		return outer;
	}

	const videos = (execution: Execution) =>
		outputOf(execution, 'Result').map(({ json: { jobId, status } }) => ({ jobId, status }));

	const finished = (...prompts: string[]) =>
		prompts.map((prompt) => ({ jobId: jobOf(prompt).id, status: 'completed' }));

	if (isCurrent) {
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

	it('a sub-workflow stays awake with Polling, and its caller goes on with the videos', async () => {
		const polling = { waitStrategy: 'polling', pollInterval: 1 };
		const id = await start(await calling(['one', 'two'], polling));
		await until('both are submitted', () => submits() === 2);
		finish('one', 'two');
		expect(videos(await ended(id))).toEqual(finished('one', 'two'));
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
}
