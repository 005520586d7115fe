import { readFile } from 'node:fs/promises';

import { testedOn } from '../../scripts/n8n/tested.mts';
import { outputOf } from '../../scripts/n8n/rest.mts';
import { until } from '../../scripts/until.mts';
import { runOnce, useSession, veoWorkflow } from './n8nSession.mts';

describe.each(testedOn.money)('on n8n %s', (version) => {
	const session = useSession(1, { version });
	const prompts = ['one', 'two', 'three'];
	const parameters = { options: { concurrency: 1 } };

	const submitsOf = (prompt: string) =>
		session().sandbox.requests.filter(
			({ call, body }) => call === 'submit' && JSON.stringify(body).includes(`"${prompt}"`),
		).length;

	it('Retry On Fail continues what the first try paid for', async () => {
		const { sandbox } = session();
		sandbox.inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
		const execution = await runOnce(
			session(),
			veoWorkflow(session(), { prompts, parameters, settings }),
		);
		expect(execution.status).toBe('success');
		expect(sandbox.jobs().map(({ prompt }) => prompt)).toEqual(prompts);
		expect(outputOf(execution, 'Veo').map(({ json }) => json.jobId)).toEqual(
			sandbox.jobs().map(({ id }) => id),
		);
	});

	it('Retry On Fail does not send again what was accepted and then answered 500', async () => {
		const { sandbox } = session();
		sandbox.inject({
			call: 'submit',
			fault: { kind: 'status', status: 500, afterHandling: true },
			after: 1,
		});
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
		const execution = await runOnce(
			session(),
			veoWorkflow(session(), { prompts, parameters, settings }),
		);
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toContain('may have accepted and billed');
		expect([submitsOf('one'), submitsOf('two'), submitsOf('three')]).toEqual([1, 1, 0]);
	});

	it.each([
		['as it is saved now', true],
		['as it was', false],
	])(
		"n8n's retry of a failed execution, with the workflow %s, continues it",
		async (_, loadWorkflow) => {
			const { client, sandbox } = session();
			sandbox.inject({ call: 'submit', fault: { kind: 'status', status: 401 }, after: 1 });
			const failed = await runOnce(session(), veoWorkflow(session(), { prompts, parameters }));
			expect(failed.status).toBe('error');
			expect(sandbox.jobs()).toHaveLength(1);
			const [paid] = sandbox.jobs();
			const retried = await client.waitForExecution(
				await client.retryExecution(failed.id, loadWorkflow),
			);
			expect(retried.status).toBe('success');
			expect(prompts.map(submitsOf)).toEqual([1, 2, 1]);
			expect(sandbox.jobs().map(({ prompt }) => prompt)).toEqual(prompts);
			expect(outputOf(retried, 'Veo')[0].json.jobId).toBe(paid.id);
		},
	);

	it('a retry does not send again what was accepted and then dropped', async () => {
		const { client, sandbox } = session();
		sandbox.inject({ call: 'submit', fault: { kind: 'drop', when: 'after' }, after: 1 });
		const failed = await runOnce(session(), veoWorkflow(session(), { prompts, parameters }));
		const retried = await client.waitForExecution(await client.retryExecution(failed.id, true));
		expect(retried.status).toBe('error');
		expect(prompts.map(submitsOf)).toEqual([1, 1, 0]);
	});

	it.each(['generate', 'generateAndWait'])(
		'%s: what a stopped execution has paid for is in the log, once',
		async (operation) => {
			const { client, sandbox, n8n } = session();
			const slow = { kind: 'slow', milliseconds: 2000, where: 'headers' } as const;
			sandbox.inject({ call: 'submit', fault: slow, after: 1 });
			const options = { concurrency: 1, waitStrategy: 'polling' };
			const workflow = veoWorkflow(session(), { prompts, parameters: { operation, options } });
			const id = await client.runWorkflow(await client.createWorkflow(workflow), 'Start');
			await until('the second submit is under way', () => sandbox.jobs().length === 2);
			await client.stopExecution(id);
			const ids = sandbox.jobs().map((job) => job.id);
			const mentions = async () =>
				(await readFile(n8n.logFile, 'utf8'))
					.split('\n')
					.filter((line) => line.includes('was stopped') && line.includes(ids.join(', ')));
			await until('n8n has written its log', async () => (await mentions()).length > 0, 15_000);
			expect(await mentions()).toHaveLength(1);
			expect(prompts.map(submitsOf)).toEqual([1, 1, 0]);
		},
	);

	it('an awake wait leaves with its IDs before n8n stops the workflow', async () => {
		const options = { waitStrategy: 'polling', pollInterval: 1, concurrency: 1 };
		const asked = prompts.map((prompt) => `${prompt} #sandbox:never`);
		const parameters = { operation: 'generateAndWait', options };
		const workflow = veoWorkflow(session(), { prompts: asked, parameters });
		workflow.settings = { executionTimeout: 18 };
		const execution = await runOnce(session(), workflow);
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Veo').map(({ json }) => json)).toMatchObject(
			session()
				.sandbox.jobs()
				.map(({ id: jobId }) => ({ jobId, error: { code: 'timeout', accepted: 'yes' } })),
		);
		const [{ hints = [] }] = execution.data.resultData.runData.Veo;
		expect(hints).toMatchObject([
			{ message: expect.stringContaining("before the workflow's timeout") },
		]);
	});
});
