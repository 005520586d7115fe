import { concurrently } from '../../nodes/shared/time/concurrently.ts';
import { INSPECTED } from '../../scripts/bench/inspector.mts';
import { tableOf } from '../../scripts/bench/table.mts';
import { jobsSubmitted, jobsThatLeft } from '../../scripts/load/left.mts';
import type { Left } from '../../scripts/load/left.mts';
import { openWays, submit } from '../../scripts/load/load.mts';
import type { Open, Target } from '../../scripts/load/load.mts';
import { isSimulated, nameOf, promptOf, wayOf, WAYS } from '../../scripts/load/ways.mts';
import type { Way } from '../../scripts/load/ways.mts';
import { startQueueMode } from '../../scripts/n8n/queue/start.mts';
import type { QueueSession } from '../../scripts/n8n/queue/start.mts';
import type { N8nServer } from '../../scripts/n8n/server.mts';
import { until } from '../../scripts/until.mts';
import { packedPackage } from '../e2e/n8nSession.mts';
import { accountsOf, isSimulatedJob, tableOfAccounts } from './queue/account.mts';
import type { Account } from './queue/account.mts';
import { endJobs } from './queue/callbacks.mts';
import { executionsGivenUp } from './queue/givenUp.mts';
import type { GivenUp } from './queue/givenUp.mts';
import { executionsIn, executionsQueuedTwice, jobsSleptFor } from './queue/logs.mts';
import { bringNetForward, countOf, memoryOf, sleepers } from './queue/state.mts';

/** `npm run test:load -- queue --jobs 1000` takes more. */
const JOBS = Number(process.env.QUEUE_JOBS ?? 200);
const ITEMS = 5;
const JOBS_OF_A_WAY = JOBS / WAYS.length;
const BATCHES = [...Array(JOBS_OF_A_WAY / ITEMS).keys()];
const CALLS_AT_A_TIME = 20;
const MINUTE_MS = 60_000;
/** For machines on which n8n starts two executions a second. */
const WITHIN_MS = 2 * MINUTE_MS + JOBS * 500;

/** No job of the sandbox ends by itself: the test says when. */
const JOB_SECONDS = 3600;
/** Those of the simulator end when all have been submitted, more or less. */
const SIMULATED_SECONDS = 40 + JOBS / 10;

const SETTINGS = {
	...INSPECTED,
	N8N_CONCURRENCY_PRODUCTION_LIMIT: '5',
	N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '12',
	// n8n's own two connections are too few for callbacks that come together: it answers 503.
	DB_POSTGRESDB_POOL_SIZE: '10',
	// How soon n8n notices that a worker is dead, whose executions it then ends.
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

function programs() {
	const { REDIS_SERVER: redis, POSTGRESQL_BIN: postgresql } = process.env;
	if (redis && postgresql) return { redis, postgresql };
	throw new Error('Run these tests with `npm run test:load`: they need Redis and PostgreSQL.');
}

let session: QueueSession;
let target: Target;
let open: Open[];
beforeAll(async () => {
	session = await startQueueMode({
		...{ programs: programs(), tarball: packedPackage(), workers: 2 },
		...{ jobSeconds: JOB_SECONDS, env: SETTINGS },
	});
	const { client, credentials, webhook } = session;
	target = { client, credentials, webhookUrl: webhook.url };
	open = await openWays(target, WAYS);
}, 5 * MINUTE_MS);
afterAll(async () => await session?.close(), MINUTE_MS);

/** One execution of each way for each of these batches. */
async function submitBatches(batches: number[]): Promise<void> {
	const calls = batches.flatMap((batch) => WAYS.map((way) => ({ way, batch })));
	await concurrently(calls, CALLS_AT_A_TIME, async ({ way, batch }) => {
		const prompts = Array.from({ length: ITEMS }, (_, item) =>
			promptOf(way, words(way, batch, item)),
		);
		await submit(target, way, prompts);
	});
}

/** As whoever has called does, who gets no videos. */
async function submitAgain(prompts: string[]): Promise<void> {
	const way = WAYS.find((one) => nameOf(one) === wayOf(prompts[0])) as Way;
	await submit(target, way, prompts);
}

const words = (way: Way, batch: number, item: number) =>
	`${batch}/${item}${isSimulated(way) ? ` #sandbox:seconds=${SIMULATED_SECONDS}` : ''}`;

const isIdle = async () => (await countOf(session, 'new', 'running')) === 0;

it(
	`queue mode, ${JOBS} jobs, with workers and Redis going down: every job leaves once, and none is paid for twice`,
	async () => {
		const { sandbox, redis, client, startWorker } = session;
		const [killed, stopped] = session.workers;
		const halves = [BATCHES.slice(0, BATCHES.length / 2), BATCHES.slice(BATCHES.length / 2)];
		const outside = WAYS.filter((way) => !isSimulated(way)).length * JOBS_OF_A_WAY;
		const times: string[][] = [['', 'seconds', 'jobs a second']];
		const timed = async (what: string, work: () => Promise<void>) => {
			const began = performance.now();
			await work();
			const seconds = (performance.now() - began) / 1000;
			times.push([what, seconds.toFixed(0), (JOBS / seconds).toFixed(1)]);
		};

		let survivor!: N8nServer;
		let queued = 0;
		let givenUp: GivenUp[] = [];
		await timed('submitted, a worker stopped, Redis restarted', async () => {
			const first = submitBatches(halves[0]);
			await until('some are submitted', () => sandbox.jobs().length > outside / 5, WITHIN_MS);
			await stopped.stop();
			survivor = await startWorker();
			await first;
			await submitBatches(halves[1]);
			queued = await countOf(session, 'new');
			// When nothing is just being put into the queue: n8n might put it there twice, and run it twice.
			await redis.restart();
			await until('all have begun', isIdle, WITHIN_MS);
			givenUp = await executionsGivenUp(client);
			for (const { prompts } of givenUp) await submitAgain(prompts);
			await until('all are submitted', isIdle, WITHIN_MS);
		});
		const workers = [killed, stopped, survivor];
		const begun = await Promise.all(
			workers.map(async (worker) => (await executionsIn(worker)).started),
		);
		expect(givenUp.filter(({ id }) => begun.flat().includes(id))).toEqual([]);
		expect(await stopped.ended).toBe('exit code 0');
		expect(await executionsQueuedTwice(session, workers)).toEqual([]);
		expect(sandbox.count({ call: 'submit' })).toBe(outside);
		const asleep = (await sleepers(session)).length;
		const memory = [await memoryOf(`${asleep} asleep`, session, [killed, survivor])];

		let inHand: string[] = [];
		let newcomer!: N8nServer;
		let orphans: string[] = [];
		const watched = open.filter(({ way }) => way.by === 'watcher').map(({ leaves }) => leaves);
		await timed('woken, a worker killed, Redis restarted', async () => {
			await endJobs(sandbox, {
				async third() {
					await killed.kill();
					({ inHand } = await executionsIn(killed));
					newcomer = await startWorker();
				},
				twoThirds: async () => await redis.restart(),
			});
			orphans = [...(await executionsIn(killed)).started, ...(await executionsIn(stopped)).started];
			const areOrphans = async () =>
				(await sleepers(session)).every(
					({ id, workflow }) => orphans.includes(id) && watched.includes(workflow),
				);
			await until('only those that a dead worker has watched still sleep', areOrphans, WITHIN_MS);
		});
		memory.push(await memoryOf('awake', session, [newcomer, survivor]));
		const atTheNet = (await sleepers(session)).length;
		await bringNetForward(session);
		await timed("woken at n8n's deadline", async () => {
			// n8n looks once a minute for executions to wake.
			const haveEnded = async () => (await sleepers(session)).length === 0 && (await isIdle());
			await until('all have ended', haveEnded, 3 * MINUTE_MS);
		});

		const left = await jobsThatLeft(client, open);
		const submitted = await jobsSubmitted(client, open);
		const slept = await jobsSleptFor(workers);
		const accounts = accountsOf({ ways: WAYS, paid: sandbox.jobs(), left, submitted, slept });
		for (const table of [
			`Given up by n8n before they began, and submitted again: ${givenUp.length} executions`,
			tableOfAccounts(accounts),
			tableOf(times),
			tableOf([['MB resident (in use)', 'main', 'webhook', 'dies', 'survives'], ...memory]),
		]) {
			process.stdout.write(`\n${table}\n`);
		}
		const sum = (name: Exclude<keyof Account, 'way'>) =>
			accounts.reduce((before, account) => before + account[name], 0);
		expect(accounts.map(({ submits }) => submits)).toEqual(WAYS.map(() => JOBS_OF_A_WAY));
		expect(sandbox.count({ call: 'submit' })).toBe(outside);
		// A worker had taken a sleeping execution, or a run of a trigger, and was killed before it began.
		const neverBegun = (await executionsGivenUp(client))
			.map(({ id }) => id)
			.filter((id) => !givenUp.some((before) => before.id === id));
		const shown = new Set([...left, ...submitted].map(({ jobId }) => jobId));
		const issued = [...sandbox.jobs().map(({ id }) => id), ...slept.filter(isSimulatedJob)];
		const unseen = [...new Set(issued)].filter((id) => !shown.has(id));
		// n8n has kept nothing of these jobs in the execution, but its log names them.
		expect(unseen.filter((id) => !slept.includes(id))).toEqual([]);
		expect({ twice: sum('twice'), lost: sum('lost') }).toEqual({ twice: 0, lost: unseen.length });
		const seen = sum('finished') + sum('collected') + sum('broken') + sum('notCalled');
		expect(seen + unseen.length).toBe(JOBS);
		// What has not simply finished is the dead workers' doing, and nobody else's.
		expect({ queued: queued > 2, atTheNet: atTheNet > 0, collected: sum('collected') }).toEqual({
			...{ queued: true, atTheNet: true, collected: atTheNet * ITEMS },
		});
		const broken = left.filter(({ status }) => status === undefined);
		const mayBreak = [...inHand, ...neverBegun];
		expect(broken.filter(({ executionId }) => !mayBreak.includes(executionId))).toEqual([]);
		const ids = new Set(left.map(({ jobId }) => jobId));
		const notCalled = submitted.filter(({ jobId }) => !ids.has(jobId));
		const isExplained = (job: Left) => isSimulated(job.way) && orphans.includes(job.executionId);
		const notRun = notCalled.filter((job) => !isExplained(job));
		expect(notRun.length + unseen.length / ITEMS).toBeLessThanOrEqual(neverBegun.length);
	},
	5 * MINUTE_MS + 2 * WITHIN_MS,
);
