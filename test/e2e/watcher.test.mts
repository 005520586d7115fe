import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { INode } from 'n8n-workflow';

import { N8N_VERSION, OLDER_N8N_VERSION } from '../../scripts/n8n/install.mts';
import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Execution } from '../../scripts/n8n/rest.mts';
import { inTurn } from '../../scripts/n8n/workflow.mts';
import { useSession } from './n8nSession.mts';
import { node, sleepingIn, to } from './sleep/sleeping.mts';
import { until } from '../until.mts';

/** No job ends by itself, unless its prompt says so. */
const JOB_SECONDS = 600;

const AIMLAPI = { provider: 'aimlapi', model: 'google/veo-3.1-reference-to-video' };
const AIHUBMAX = { provider: 'aihubmax', model: 'veo-3.1-reference-to-video' };

/** What the editor shows beside the output of the node. */
const hintsOf = ({ data }: Execution): string[] =>
	data.resultData.runData.Veo.flatMap(({ hints = [] }) => hints.map(({ message }) => message));

describe.each([N8N_VERSION, OLDER_N8N_VERSION])('on n8n %s, which nobody calls', (version) => {
	const session = useSession(JOB_SECONDS, { version });
	const {
		jobOf,
		statusOf,
		finish,
		submits,
		workflowOf,
		start,
		asleep,
		fallAsleep,
		ended,
		after,
		completed,
	} = sleepingIn(session, version, { pollInterval: 1 });

	it.each([AIMLAPI, AIHUBMAX])(
		'$provider: it sleeps, and leaves in the order of the items when all jobs have ended',
		async (parameters) => {
			const prompts = ['one', 'two', 'three'];
			const id = await fallAsleep(prompts, { parameters });
			finish('three');
			const asked = session().sandbox.count({ call: 'status' });
			await until('they are asked about', () => {
				return session().sandbox.count({ call: 'status' }) > asked + prompts.length;
			});
			expect(await statusOf(id)).toBe('waiting');
			finish('two', 'one');
			const execution = await ended(id);
			expect(execution.status).toBe('success');
			expect(after(execution)).toEqual(prompts.map(completed));
			expect(hintsOf(execution)).toEqual([]);
			expect(submits()).toBe(3);
		},
	);

	it("a provider's own node sleeps", async () => {
		const workflow = workflowOf(['one', 'two'], {
			parameters: { model: AIMLAPI.model, requestOptions: { timeout: 60_000 } },
			settings: { type: 'n8n-nodes-veo-reference-video.aimlApiVeo' },
		});
		const id = await asleep(await start(workflow));
		finish('one', 'two');
		expect(after(await ended(id))).toEqual(['one', 'two'].map(completed));
		expect(submits()).toBe(2);
	});

	it('when the time is up, what has not ended leaves with its ID', async () => {
		const options = { timeout: 0.05 };
		const id = await fallAsleep(['one', 'two'], { parameters: AIMLAPI, options });
		finish('two');
		expect(after(await ended(id))).toEqual([
			expect.objectContaining({
				asked: 'one',
				jobId: jobOf('one').id,
				error: expect.objectContaining({ code: 'timeout' }),
			}),
			completed('two'),
		]);
	});

	it('stays awake behind a Webhook that answers when the last node finishes, and it answers right', async () => {
		const { client, n8n } = session();
		const prompts = ['one #sandbox:seconds=2'];
		const workflow = workflowOf(prompts, { parameters: AIMLAPI });
		const webhook: INode = {
			...node(
				'Called',
				'webhook',
				{ path: 'veo', httpMethod: 'POST', responseMode: 'lastNode' },
				2,
			),
			webhookId: crypto.randomUUID(),
		};
		workflow.nodes = [
			webhook,
			...workflow.nodes.filter(({ name }) => ['Prompts', 'Veo', 'After'].includes(name)),
		];
		workflow.connections = inTurn(workflow.nodes);
		const workflowId = await client.createWorkflow(workflow);
		await client.activate(workflowId);
		let answer: unknown;
		await until('it answers', async () => {
			const response = await fetch(`${n8n.url}/webhook/veo`, { method: 'POST' });
			if (response.status === 404) return false;
			answer = await response.json();
			return true;
		});
		expect(answer).toMatchObject({
			jobId: jobOf('one').id,
			status: 'completed',
			videoUrl: expect.stringContaining('http'),
		});
		const [{ id }] = await client.executionsOf(workflowId);
		expect(hintsOf(await ended(id))).toEqual([
			expect.stringContaining('"Called" answers its caller'),
		]);
		expect(submits()).toBe(1);
	});

	/** Veo → After → Get, which asks about what has not ended. */
	function collecting(prompts: string[]) {
		const workflow = workflowOf(prompts, { parameters: AIMLAPI, options: { timeout: 0.1 } });
		const veo = workflow.nodes.find(({ name }) => name === 'Veo') as INode;
		const get = { resource: 'job', operation: 'get', provider: AIMLAPI.provider };
		workflow.nodes.push({
			...veo,
			id: 'Get',
			name: 'Get',
			parameters: { ...get, jobId: '={{ $json.jobId }}' },
		});
		workflow.connections.After = to('Get');
		return workflow;
	}

	it('kill -9 while it sleeps: the jobs leave at the deadline with their IDs, and Get collects them', async () => {
		const { client } = session();
		const prompts = ['one', 'two'];
		const started = Date.now();
		const id = await asleep(await start(collecting(prompts)));
		let deadline = 0;
		await session().killAndRestartN8n({
			// At this address nobody answers: for the test after this one.
			env: { WEBHOOK_URL: 'http://127.0.0.1:9' },
			meanwhile: async (userFolder) => {
				finish(...prompts);
				deadline = bringForward(userFolder, id);
			},
		});
		// Two minutes after the time is up.
		expect(deadline - started).toBeGreaterThanOrEqual(126_000);
		expect(deadline - started).toBeLessThan(140_000);
		const execution = await ended(id, 60_000);
		expect(execution.data.resultData.error).toBeUndefined();
		expect(execution.status).toBe('success');
		expect(after(execution)).toEqual(
			prompts.map((asked) =>
				expect.objectContaining({
					asked,
					jobId: jobOf(asked).id,
					error: expect.objectContaining({ code: 'timeout' }),
				}),
			),
		);
		expect(outputOf(execution, 'Get').map(({ json }) => [json.jobId, json.status])).toEqual(
			prompts.map((prompt) => [jobOf(prompt).id, 'completed']),
		);
		expect(submits()).toBe(2);
		expect(await client.executionsWith('crashed')).toEqual([]);
	}, 90_000);

	it('stays awake where n8n does not reach itself, and says what to do', async () => {
		const prompt = 'one #sandbox:seconds=2';
		const execution = await ended(await start(workflowOf([prompt], { parameters: AIMLAPI })));
		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData.Veo[0].executionTime).toBeGreaterThan(1000);
		expect(after(execution)).toEqual([completed(prompt)]);
		expect(hintsOf(execution)).toEqual([
			expect.stringMatching(/does not reach itself at http:\/\/127\.0\.0\.1:9\..*WEBHOOK_URL/),
		]);
		expect(submits()).toBe(1);
	});
});

/**
 * Lets the time until the deadline pass while n8n is down, which would be two minutes.
 *
 * @returns the deadline before, in milliseconds since the epoch
 */
function bringForward(userFolder: string, executionId: string): number {
	const database = new DatabaseSync(join(userFolder, '.n8n', 'database.sqlite'));
	try {
		const row = database
			.prepare('SELECT waitTill FROM execution_entity WHERE id = ?')
			.get(Number(executionId));
		const soon = new Date(Date.now() + 15_000).toISOString().replace('T', ' ').replace('Z', '');
		database
			.prepare('UPDATE execution_entity SET waitTill = ? WHERE id = ?')
			.run(soon, Number(executionId));
		return Date.parse(`${String(row?.waitTill).replace(' ', 'T')}Z`);
	} finally {
		database.close();
	}
}
