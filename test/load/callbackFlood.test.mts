import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import type { INode } from 'n8n-workflow';

import type { DeliverOptions, SandboxJob } from '../../sandbox/server.mts';
import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { until } from '../../scripts/until.mts';
import {
	callbackUrl,
	generating,
	publish,
	triggerNode,
	untilRegistered,
} from '../e2e/callbackWorkflows.mts';
import type { Row } from '../e2e/callbackWorkflows.mts';
import {
	about,
	changed,
	withHeader,
	wrongBodies,
	wrongSignatures,
	wrongTokens,
} from './forgeries.mts';
import { someAtATime } from './someAtATime.mts';
import { startTestSession } from '../e2e/n8nSession.mts';
import type { TestSession } from '../e2e/n8nSession.mts';

const PROVIDERS = ['fal', 'shortapi', 'evolink'];
const ROWS = 200;
/** No job ends by itself: the test says when. */
const JOB_SECONDS = 600;

const providerOf = (row: number) => PROVIDERS[row % PROVIDERS.length];

/** Some fail, and some of fal's callbacks are of its odd kinds. */
function promptOf(row: number): string {
	const words = [`row ${row}.`];
	if (row % 10 === 0) words.push('#sandbox:content-policy');
	if (providerOf(row) === 'fal' && row % 4 === 0) words.push('#sandbox:gateway-retry');
	if (providerOf(row) === 'fal' && row % 5 === 1) words.push('#sandbox:payload-error');
	return words.join(' ');
}

const sheet: Row[] = Array.from({ length: ROWS }, (_, index) => {
	const row = index + 1;
	return { row, provider: providerOf(row), prompt: promptOf(row) };
});

describe(`${ROWS} jobs over ${PROVIDERS.length} providers`, () => {
	let session: TestSession;
	let triggers: INode[];
	let listening: Workflow;
	let listeningId: string;

	const jobs = () => session.sandbox.jobs();
	const jobsOf = (provider: string) => jobs().filter((job) => job.provider === provider);
	const rowOf = ({ prompt }: SandboxJob) => Number(/^row (\d+)\./.exec(prompt)?.[1]);
	const triggerOf = (provider: string) => triggers[PROVIDERS.indexOf(provider)];
	const runs = async () => (await session.client.executionsOf(listeningId)).map(({ id }) => id);

	beforeAll(async () => {
		session = await startTestSession(JOB_SECONDS, { allowHttpCallbacks: true });
		// In one workflow: they share what n8n keeps between restarts.
		triggers = PROVIDERS.map((provider) => triggerNode(session, provider));
		listening = { name: 'Listens', nodes: triggers, connections: {} };
		listeningId = await publish(session, listening);
		const { client } = session;
		const id = await client.createWorkflow(generating(session, triggers, sheet));
		const execution = await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		expect(execution.status).toBe('success');
		expect(
			jobs()
				.map(rowOf)
				.sort((one, other) => one - other),
		).toEqual(sheet.map(({ row }) => row));
	}, 240_000);
	afterAll(async () => await session?.close(), 60_000);

	const deliver = async (job: SandboxJob, options?: DeliverOptions) =>
		(await session.sandbox.deliver(job.id, options)).map(({ status, error }) => status ?? error);

	describe.each(PROVIDERS)('while the jobs of %s run', (provider) => {
		/** Each on a job of its own: a token that has just been looked at is left alone for a while. */
		const statusesOf = async (forgeries: Record<string, DeliverOptions>) => {
			const targets = jobsOf(provider);
			const statuses: Record<string, unknown> = {};
			for (const [index, [what, options]] of Object.entries(forgeries).entries()) {
				[statuses[what]] = await deliver(targets[index], options);
			}
			return statuses;
		};
		const all = (names: object, status: unknown) =>
			Object.fromEntries(Object.keys(names).map((name) => [name, status]));

		it('nothing is accepted without the right token', async () => {
			const other = triggers.find((trigger) => trigger !== triggerOf(provider)) as INode;
			const forgeries = {
				...wrongTokens,
				'for another provider': changed(({ url }) => ({
					url: callbackUrl(session, other) + new URL(url).search,
				})),
			};
			expect(await statusesOf(forgeries)).toEqual(all(forgeries, 401));
		});

		it('no other body is accepted', async () => {
			expect(await statusesOf(wrongBodies)).toEqual({
				...all(wrongBodies, 400),
				// n8n itself refuses what is not JSON; a change after the signing shows in the signature.
				'no JSON': 422,
				...(provider === 'fal' ? { nothing: 401, 'a depth of 50,000': 401 } : {}),
			});
		});

		if (provider === 'fal') {
			it('nothing is accepted without the right signature', async () => {
				expect(await statusesOf(wrongSignatures)).toEqual(all(wrongSignatures, 401));
			});
		}

		it('a true callback that comes too early is asked for again', async () => {
			const target = jobsOf(provider).at(-1) as SandboxJob;
			expect(await deliver(target)).toEqual([503]);
		});

		it('a flood with a leaked token does not make n8n ask once for each', async () => {
			const target = jobsOf(provider).at(-2) as SandboxJob;
			const asked = session.sandbox.count({ provider });
			const statuses = await deliver(target, { ...about('stranger'), times: 50, parallel: true });
			expect(statuses.filter((status) => ![400, 503].includes(Number(status)))).toEqual([]);
			expect(session.sandbox.count({ provider }) - asked).toBeLessThan(5);
		});
	});

	it('a kind of JSON that n8n does not read is read all the same', async () => {
		for (const provider of PROVIDERS) {
			const target = jobsOf(provider).at(-3) as SandboxJob;
			const early = withHeader('Content-Type', 'application/cloudevents+json');
			// Its job still runs; without its body, it would be refused.
			expect(await deliver(target, early)).toEqual([503]);
		}
	});

	it('no forgery has started a run', async () => {
		expect(await runs()).toHaveLength(0);
	});

	it('each job starts one run, with its own metadata', async () => {
		const { sandbox, client } = session;
		for (const provider of PROVIDERS) {
			sandbox.inject({
				provider,
				call: 'status',
				fault: { kind: 'status', status: 503 },
				times: 10,
			});
			sandbox.inject({
				provider,
				call: 'status',
				fault: { kind: 'drop', when: 'before' },
				times: 5,
			});
		}
		await someAtATime(jobs(), endAndRepeat);
		await until('each has its run', async () => (await runs()).length >= ROWS);

		// Lost at first, and delivered again by the provider.
		expect(sandbox.deliveries.filter(({ attempt }) => attempt > 1).length).toBeGreaterThan(40);
		const found = await runs();
		expect(found).toHaveLength(ROWS);
		const items = await someAtATime(found, async (id) => {
			const execution = await client.waitForExecution(id);
			return triggers.flatMap(({ name }) => outputOf(execution, name).map(({ json }) => json));
		});
		const expected = jobs().map((job) => [
			expect.objectContaining({
				jobId: job.id,
				provider: job.provider,
				status: job.state,
				videoUrl: job.videoUrl ?? null,
				metadata: { row: rowOf(job) },
			}),
		]);
		// Each of the 200 is found, and there are no others.
		expect(items).toEqual(expect.arrayContaining(expected));
	}, 180_000);

	/** The provider's own delivery, and for every fourth job four more at the same moment. */
	async function endAndRepeat(job: SandboxJob): Promise<void> {
		session.sandbox.finish(job.id);
		if (rowOf(job) % 4 === 0) await deliver(job, { times: 4, parallel: true });
		const isTaken = () =>
			session.sandbox.deliveries.some(({ jobId, status }) => jobId === job.id && status === 200);
		await until(`the callback of ${job.id} is taken`, isTaken, 60_000);
	}

	it('used tokens bring nothing more: repeated, or on another job', async () => {
		const some = jobs().filter((_, index) => index % 5 === 0);
		const statuses = await someAtATime(some, async (job) => await deliver(job));
		expect(new Set(statuses.flat())).toEqual(new Set([200]));
		for (const provider of PROVIDERS) {
			const [one, other] = jobsOf(provider);
			expect(await deliver(one, { url: other.callbackUrl })).toEqual([200]);
		}
		await pause(2000);
		expect(await runs()).toHaveLength(ROWS);
	}, 60_000);

	it('used tokens bring nothing after n8n was killed and started again, either', async () => {
		await session.killAndRestartN8n();
		await untilRegistered(session, listening);
		const statuses = await someAtATime(jobs(), async (job) => await deliver(job));
		expect(new Set(statuses.flat())).toEqual(new Set([200]));
		await pause(2000);
		expect(await runs()).toHaveLength(ROWS);
	}, 120_000);

	it('the log of n8n holds no key and no token', async () => {
		const log = await readFile(session.n8n.logFile, 'utf8');
		const tokens = jobs().map(({ callbackUrl: url }) => url?.split('veoToken=')[1] ?? '');
		const secrets = [session.sandbox.apiKey, ...tokens.map((token) => token.slice(-40))];
		expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
	});
});
