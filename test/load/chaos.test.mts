import { setTimeout as pause } from 'node:timers/promises';

import type { INode } from 'n8n-workflow';

import type { DeliverOptions, SandboxJob } from '../../sandbox/server.mts';
import { isAsleep, outputOf } from '../../scripts/n8n/rest.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { newNode, to } from '../../scripts/n8n/workflow.mts';
import { until } from '../../scripts/until.mts';
import {
	callbackUrl,
	generating,
	MODELS,
	publish,
	triggerNode,
	untilRegistered,
} from '../e2e/callbackWorkflows.mts';
import type { Row } from '../e2e/callbackWorkflows.mts';
import { about, wrongBodies, wrongSignatures, wrongTokens } from './forgeries.mts';
import { startTestSession, veoWorkflow } from '../e2e/n8nSession.mts';
import type { TestSession } from '../e2e/n8nSession.mts';
import { findSecrets } from './secrets.mts';
import { someAtATime } from './someAtATime.mts';

const providers = Object.keys(MODELS);
const triggered = 180;
const sleepers = 12;
const jobsOfSleeper = 10;
/** No job ends by itself: the test says when. */
const jobSeconds = 600;
const stormsAtATime = 30;

/** Repeats a run that has failed. */
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 32));
let state = seed;

/** A number below `limit`: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function chance(limit: number): number {
	state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
	return Math.floor((state / 2 ** 32) * limit);
}
const oneOf = <Value,>(values: Value[]): Value => values[chance(values.length)];

function shuffled<Value>(values: Value[]): Value[] {
	const rest = [...values];
	return values.map(() => rest.splice(chance(rest.length), 1)[0]);
}

const sheet: Row[] = Array.from({ length: triggered }, (_, row) => ({
	row,
	provider: providers[row % providers.length],
	prompt: `row ${row}.${row % 10 === 0 ? ' #sandbox:content-policy' : ''}`,
}));

const promptsOf = (sleeper: number) =>
	Array.from({ length: jobsOfSleeper }, (_, index) => `sleeper ${sleeper}, job ${index}.`);

describe(`callbacks in chaos (CHAOS_SEED=${seed})`, () => {
	let session: TestSession;
	let listening: Workflow;
	let listeningId: string;
	/** Triggers of another workflow, which no job was told to call. */
	let others: Workflow;
	let othersId: string;
	let asleep: string[];

	const jobs = () => session.sandbox.jobs();
	const rowOf = ({ prompt }: SandboxJob) => Number(/^row (\d+)\./.exec(prompt)?.[1] ?? NaN);
	const isSleepers = (job: SandboxJob) => Number.isNaN(rowOf(job));
	const listen = (name: string): Workflow => ({
		name,
		nodes: providers.map((provider) => triggerNode(session, provider)),
		connections: {},
	});

	beforeAll(async () => {
		session = await startTestSession(jobSeconds, { allowHttpCallbacks: true });
		const { client, sandbox } = session;
		sandbox.settings.callbackRetryMilliseconds = 2200;
		[listening, others] = [listen('Listens'), listen('Others')];
		listeningId = await publish(session, listening);
		othersId = await publish(session, others);
		const id = await client.createWorkflow(generating(session, listening.nodes, sheet));
		const execution = await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		expect(execution.status).toBe('success');
		asleep = [];
		for (let sleeper = 0; sleeper < sleepers; sleeper++) {
			asleep.push(
				await client.runWorkflow(await client.createWorkflow(sleeping(sleeper)), 'Start'),
			);
		}
		for (const sleeper of asleep) {
			await until('it sleeps', async () => isAsleep(await session.client.getExecution(sleeper)));
		}
		expect(jobs()).toHaveLength(triggered + sleepers * jobsOfSleeper);
	}, 240_000);
	afterAll(async () => await session?.close(), 60_000);

	/** Start → Prompts → Veo, which sleeps → After. */
	function sleeping(sleeper: number): Workflow {
		const provider = providers[sleeper % providers.length];
		const workflow = veoWorkflow(session, {
			prompts: promptsOf(sleeper),
			parameters: {
				provider,
				model: MODELS[provider],
				operation: 'generateAndWait',
				simplify: sleeper % 2 === 0,
				options: { waitStrategy: 'callback' },
			},
		});
		workflow.nodes.push(newNode('After', 'n8n-nodes-base.noOp'));
		workflow.connections.Veo = to('After');
		return workflow;
	}

	const deliver = async (job: SandboxJob, options?: DeliverOptions) =>
		(await session.sandbox.deliver(job.id, options)).map(({ status }) => status);

	/** What strangers send, and what comes too early. */
	function forgeryOf(job: SandboxJob): DeliverOptions {
		const { provider } = job;
		const token = new URL(String(job.callbackUrl)).search;
		const anotherTrigger = others.nodes.find(({ parameters }) => parameters.provider === provider);
		const otherWorkflow = { url: callbackUrl(session, anotherTrigger as INode) + token };
		return oneOf([
			{},
			{ times: 2, parallel: true },
			otherWorkflow,
			about(`task-unified-1700000000-madeup${chance(1000)}`),
			about(crypto.randomUUID()),
			...Object.values(wrongTokens),
			...Object.values(wrongBodies),
			...(provider === 'fal' ? Object.values(wrongSignatures) : []),
		]);
	}

	/** Ends the job; its provider does not get through. */
	function endUnheard({ id }: SandboxJob): void {
		const { settings } = session.sandbox;
		settings.allowHttpCallbacks = false;
		session.sandbox.finish(id);
		settings.allowHttpCallbacks = true;
	}

	/** Until n8n has taken it; an execution that others have woken already is not there any more. */
	async function deliverUntilTaken(job: SandboxJob): Promise<void> {
		const taken = isSleepers(job) ? [200, 404, 409] : [200];
		for (;;) {
			const statuses = await deliver(job, { times: 1 + chance(3), parallel: true });
			if (statuses.some((status) => taken.includes(Number(status)))) return;
			await pause(2100);
		}
	}

	async function storm(job: SandboxJob): Promise<void> {
		const forge = async () => {
			await pause(chance(600));
			await deliver(job, forgeryOf(job));
		};
		const end = async () => {
			await pause(chance(600));
			if (chance(3) === 0) endUnheard(job);
			else session.sandbox.finish(job.id);
			await pause(chance(600));
			await deliverUntilTaken(job);
		};
		await Promise.all([end(), ...Array.from({ length: chance(3) }, forge)]);
	}

	it('no job is lost, none runs twice, and no forgery starts or wakes anything', async () => {
		const { client, sandbox } = session;
		// Their callbacks are lost for good: those of the others have to make up for it.
		const lost = jobs().filter(({ prompt }) => /^sleeper \d+, job 0\./.test(prompt));
		for (const job of lost) endUnheard(job);
		const [last, rest] = shuffled(jobs().filter((job) => !lost.includes(job))).reduce<
			[SandboxJob[], SandboxJob[]]
		>(
			([late, early], job) =>
				/, job [5-9]\./.test(job.prompt) || rowOf(job) % 2 === 0
					? [[...late, job], early]
					: [late, [...early, job]],
			[[], []],
		);
		await someAtATime(rest, storm, stormsAtATime);
		await until('n8n has nothing to do', async () => {
			const [running, fresh] = [client.executionsWith('running'), client.executionsWith('new')];
			return (await running).length + (await fresh).length === 0;
		});
		await session.killAndRestartN8n({
			meanwhile: async () => {
				for (const job of last.slice(0, 20)) sandbox.finish(job.id);
				await Promise.resolve();
			},
		});
		await untilRegistered(session, listening);
		await untilRegistered(session, others);
		await someAtATime(last, storm, stormsAtATime);

		const runs = async () => await client.executionsOf(listeningId);
		await until('each has its run', async () => (await runs()).length >= triggered, 30_000);
		const results = await someAtATime(asleep, async (id) => await client.waitForExecution(id));
		// Whoever has seen a token may go on with it.
		for (const job of jobs().filter(() => chance(10) === 0)) await deliver(job, forgeryOf(job));
		await pause(1500);

		const found = await runs();
		expect(found).toHaveLength(triggered);
		expect(await client.executionsOf(othersId)).toEqual([]);
		const items = await someAtATime(found, async ({ id }) => {
			const execution = await client.waitForExecution(id);
			return listening.nodes.flatMap(({ name }) => outputOf(execution, name));
		});
		expect(items.map((run) => run.map(({ json }) => json))).toEqual(
			expect.arrayContaining(
				jobs()
					.filter((job) => !isSleepers(job))
					.map((job) => [
						expect.objectContaining({
							jobId: job.id,
							status: job.state,
							metadata: { row: rowOf(job) },
						}),
					]),
			),
		);
		for (const [sleeper, execution] of results.entries()) {
			expect(execution.status).toBe('success');
			expect(execution.data.resultData.runData.After).toHaveLength(1);
			expect(outputOf(execution, 'After').map(({ json }) => [json.jobId, json.status])).toEqual(
				promptsOf(sleeper).map((asked) => [
					jobs().find(({ prompt }) => prompt === asked)?.id,
					'completed',
				]),
			);
		}
		expect(sandbox.count({ call: 'submit' })).toBe(jobs().length);
		for (const status of ['error', 'crashed', 'waiting', 'running']) {
			expect([status, await client.executionsWith(status)]).toEqual([status, []]);
		}
		expect(sandbox.requests.filter(({ path }) => path.includes('..'))).toEqual([]);
	}, 400_000);

	it('n8n has kept no key and no token anywhere, and the search would find one', async () => {
		const { client, n8n, sandbox } = session;
		const tokens = jobs().map(({ callbackUrl: url }) =>
			String(new URL(String(url)).searchParams.get('veoToken')),
		);
		const secrets = [sandbox.apiKey, ...tokens.map((token) => token.slice(-40))];
		expect(await findSecrets(session, secrets)).toEqual([]);

		// One is written into an item, the other asks for an address that n8n notes in its log.
		const leak = newNode('Leak', 'n8n-nodes-base.code', {
			jsCode: `return [{ json: { text: ${JSON.stringify(tokens[0])} } }];`,
		});
		const id = await client.createWorkflow({
			name: 'Leaks',
			nodes: [newNode('Start', 'n8n-nodes-base.manualTrigger'), leak],
			connections: { Start: to('Leak') },
		});
		await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		await fetch(`${n8n.url}/webhook/${tokens[1]}`, { method: 'POST' });
		const places = await findSecrets(session, secrets);
		expect(places).toContain('table execution_data');
		expect(places).toContain('n8n.log');
	}, 60_000);
});
