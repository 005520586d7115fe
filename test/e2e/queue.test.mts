import { startQueueMode } from '../../scripts/n8n/queue/start.mts';
import type { QueueSession } from '../../scripts/n8n/queue/start.mts';
import { until } from '../until.mts';
import { packedPackage } from './n8nSession.mts';
import { bringNetForward, jobsThatLeft, sleepers, startedBy, submitJobs } from './queue/load.mts';
import type { Left, Load } from './queue/load.mts';
import { WAYS } from './queue/workflows.mts';

const LOAD: Load = { jobs: 80, items: 5 };
const JOBS_OF_A_WAY = LOAD.jobs / WAYS.length;
const EXECUTIONS_OF_A_WAY = JOBS_OF_A_WAY / LOAD.items;

/** No job ends by itself: the test says when. */
const JOB_SECONDS = 600;

function programs() {
	const { REDIS_SERVER: redis, POSTGRESQL_BIN: postgresql } = process.env;
	if (redis && postgresql) return { redis, postgresql };
	throw new Error('Run these tests with `npm run test:e2e`: they need Redis and PostgreSQL.');
}

let session: QueueSession;
beforeAll(async () => {
	const tarball = packedPackage();
	session = await startQueueMode({
		...{ programs: programs(), tarball, workers: 2, jobSeconds: JOB_SECONDS },
	});
}, 240_000);
afterAll(async () => await session?.close(), 60_000);

it('queue mode, a worker killed while everything sleeps: every job leaves once, and none is paid for twice', async () => {
	const { sandbox, workers, database } = session;
	const submits = () => sandbox.count({ call: 'submit' });
	const running = await submitJobs(session, LOAD);
	const sleeping = WAYS.filter(({ by }) => by !== 'trigger').length * EXECUTIONS_OF_A_WAY;
	await until(
		'all are submitted and sleep',
		async () => submits() === LOAD.jobs && (await sleepers(session)).length === sleeping,
		60_000,
	);

	const [killed, survivor] = workers;
	const parkedBy = async ({ logFile }: typeof killed) => {
		const started = new Set(await startedBy(logFile));
		return (await sleepers(session)).filter((id) => started.has(id));
	};
	const [lost, kept] = [await parkedBy(killed), await parkedBy(survivor)];
	expect([lost.length > 0, kept.length > 0, lost.length + kept.length]).toEqual([
		...[true, true, sleeping],
	]);
	await killed.kill();
	for (const { id } of sandbox.jobs()) sandbox.finish(id);

	const watched = await database.query(
		`SELECT e.id FROM execution_entity e JOIN workflow_entity w ON w.id = e."workflowId"
		WHERE w.name IN (${WAYS.filter(({ by }) => by === 'watcher').map(({ provider }) => `'${provider}'`)})`,
	);
	const forTheNet = lost.filter((id) => watched.includes(id));
	expect(forTheNet.length).toBeGreaterThan(0);
	await until(
		'only those that the killed worker has watched still sleep',
		async () => String(await sleepers(session)) === String(forTheNet),
		60_000,
	);
	await bringNetForward(session);
	const unfinished = async () =>
		await database.query(
			`SELECT id, status FROM execution_entity WHERE status NOT IN ('success', 'error', 'crashed', 'canceled')`,
		);
	// n8n looks for executions to wake once a minute.
	await until('all have ended', async () => (await unfinished()).length === 0, 90_000);

	const left = await jobsThatLeft(session, running);
	const isAtTheNet = ({ code }: Left) => code === 'timeout';
	const countOf = (isCounted: (one: Left) => boolean) => left.filter(isCounted).length;
	expect({
		submits: submits(),
		paid: sandbox.jobs().length,
		left: left.length,
		different: new Set(left.map(({ jobId }) => jobId)).size,
		byWay: WAYS.map((way) => countOf((one) => one.way === way)),
		finished: countOf(({ status }) => status === 'completed'),
		atTheNet: countOf(isAtTheNet),
		collectedBehindTheNet: countOf((one) => isAtTheNet(one) && one.later === 'completed'),
		ended: await database.query('SELECT status FROM execution_entity GROUP BY status'),
	}).toEqual({
		submits: LOAD.jobs,
		paid: LOAD.jobs,
		left: LOAD.jobs,
		different: LOAD.jobs,
		byWay: WAYS.map(() => JOBS_OF_A_WAY),
		finished: LOAD.jobs - forTheNet.length * LOAD.items,
		atTheNet: forTheNet.length * LOAD.items,
		collectedBehindTheNet: forTheNet.length * LOAD.items,
		ended: ['success'],
	});
}, 240_000);
