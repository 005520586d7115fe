import { concurrently } from '../../nodes/shared/time/concurrently.ts';
import { INSPECTED } from '../../scripts/bench/inspector.mts';
import { tableOf } from '../../scripts/bench/table.mts';
import { jobsSubmitted, jobsThatLeft } from '../../scripts/load/left.mts';
import { openWays, submit } from '../../scripts/load/load.mts';
import type { Open, Target } from '../../scripts/load/load.mts';
import { isSimulated, nameOf, WAYS } from '../../scripts/load/ways.mts';
import type { Way } from '../../scripts/load/ways.mts';
import { startQueueMode } from '../../scripts/n8n/queue/start.mts';
import type { QueueSession } from '../../scripts/n8n/queue/start.mts';
import type { N8nServer } from '../../scripts/n8n/server.mts';
import { until } from '../until.mts';
import { packedPackage } from './n8nSession.mts';
import { endJobs } from './queue/callbacks.mts';
import { executionsIn } from './queue/logs.mts';
import { accountOf } from './queue/account.mts';
import { bringNetForward, countOf, executionsOfWays, memoryOf, sleepers } from './queue/state.mts';

/** `npm run test:e2e -- queue --jobs 1000` takes more. */
const JOBS = Number(process.env.QUEUE_JOBS ?? 200);
const ITEMS = 5;
const BATCHES = JOBS / WAYS.length / ITEMS;
const CALLS_AT_A_TIME = 20;
const minutes = 60_000;
/** n8n starts some five executions a second on two cores. */
const WITHIN_MS = 2 * minutes + JOBS * 600;

/** No job of the sandbox ends by itself: the test says when. */
const JOB_SECONDS = 3600;
/** Those of the simulator end while callbacks come. */
const SIMULATED_SECONDS = 40 + JOBS / 10;

const SETTINGS = {
	...INSPECTED,
	N8N_CONCURRENCY_PRODUCTION_LIMIT: '5',
	N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '12',
	// How soon n8n notices that a worker is dead, whose executions it then ends.
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

function programs() {
	const { REDIS_SERVER: redis, POSTGRESQL_BIN: postgresql } = process.env;
	if (redis && postgresql) return { redis, postgresql };
	throw new Error('Run these tests with `npm run test:e2e`: they need Redis and PostgreSQL.');
}

let session: QueueSession;
let target: Target;
beforeAll(async () => {
	session = await startQueueMode({
		...{ programs: programs(), tarball: packedPackage(), workers: 2 },
		...{ jobSeconds: JOB_SECONDS, env: SETTINGS },
	});
	const { client, credentials, webhook } = session;
	target = { client, credentials, webhookUrl: webhook.url };
}, 4 * minutes);
afterAll(async () => await session?.close(), minutes);

const promptOf = (way: Way, batch: number, item: number) =>
	`${nameOf(way)} ${batch}/${item}${isSimulated(way) ? ` #sandbox:seconds=${SIMULATED_SECONDS}` : ''}`;

/** One execution of each way for each of these batches. */
async function submitBatches(batches: number[]): Promise<void> {
	const calls = batches.flatMap((batch) => WAYS.map((way) => ({ way, batch })));
	await concurrently(calls, CALLS_AT_A_TIME, async ({ way, batch }) => {
		const prompts = Array.from({ length: ITEMS }, (_, item) => promptOf(way, batch, item));
		await submit(target, way, prompts);
	});
}

it(`queue mode, ${JOBS} jobs, with workers and Redis going down: every job leaves once, and none is paid for twice`, async () => {
	const { sandbox, database, redis, client } = session;
	const [first, second] = session.workers;
	const seconds: Record<string, number> = {};
	let began = Date.now();
	const lap = (name: string) => {
		seconds[name] = (Date.now() - began) / 1000;
		began = Date.now();
	};
	const open = await openWays(target, WAYS);
	const outside = WAYS.filter((way) => !isSimulated(way)).length * BATCHES * ITEMS;
	const submitted = async (part: number) => {
		const isSubmitted = async () =>
			(await executionsOfWays(session, open, ['success', 'waiting'])) === WAYS.length * part;
		await until('all are submitted, or sleep', isSubmitted, WITHIN_MS);
	};
	began = Date.now();
	const half = Math.ceil(BATCHES / 2);
	const batches = [...Array(BATCHES).keys()];

	const firstHalf = submitBatches(batches.slice(0, half));
	let queued = 0;
	await until('executions wait in the queue', async () => (queued = await countOf(session, 'new')) > 4);
	await redis.restart();
	await firstHalf;
	await submitted(half);

	const secondHalf = submitBatches(batches.slice(half));
	await until('some are submitted', () => sandbox.jobs().length > outside / 2);
	await second.stop();
	const third = await session.startWorker();
	await secondHalf;
	await submitted(BATCHES);
	lap('submit');
	expect({ stopped: await second.ended, queued: queued > 4 }).toEqual({
		...{ stopped: 'exit code 0', queued: true },
	});
	expect(sandbox.count({ call: 'submit' })).toBe(outside);
	expect(sandbox.jobs()).toHaveLength(outside);
	const memory = [await memoryOf('all asleep', session, [first, third])];

	let fourth: N8nServer | undefined;
	await endJobs(sandbox, {
		third: async () => {
			await first.kill();
			fourth = await session.startWorker();
		},
		twoThirds: async () => await redis.restart(),
	});
	const orphaned = [...(await executionsIn(first)).started, ...(await executionsIn(second)).started];
	const watched = open.filter(({ way }) => way.by === 'watcher').map(({ leaves }) => leaves);
	const forTheNet = async () => {
		const left = await sleepers(session);
		return left.every(({ id, workflow }) => orphaned.includes(id) && watched.includes(workflow));
	};
	await until('only those that a dead worker has watched still sleep', forTheNet, WITHIN_MS);
	lap('wake');
	memory.push(await memoryOf('all awake', session, [third, fourth as N8nServer]));
	const atTheNet = (await sleepers(session)).map(({ id }) => id);
	expect(atTheNet.length).toBeGreaterThan(0);
	await bringNetForward(session);
	// n8n looks for executions to wake once a minute, and for those of dead workers.
	const unfinished = async () => (await countOf(session, 'new', 'running', 'waiting')) === 0;
	await until('all have ended', unfinished, 2 * minutes);

	const { broken, ...account } = accountOf({
		open,
		left: await jobsThatLeft(client, open),
		bySimulator: await jobsSubmitted(
			client,
			open.find(({ way }) => isSimulated(way) && way.by === 'trigger') as Open,
		),
		paid: sandbox.jobs(),
		batches: BATCHES * ITEMS,
	});
	process.stdout.write(`${JSON.stringify({ seconds, account, broken, atTheNet: atTheNet.length }, null, 1)}\n${JSON.stringify(memory, null, 1)}\n${tableOf([['']])}`);
	console.log(await database.query('SELECT status, count(*) FROM execution_entity GROUP BY status'));
}, 6 * minutes + 2 * WITHIN_MS);
