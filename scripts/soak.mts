// npm run soak [-- --minutes 10] [--queue]: days of jobs and of trouble in a short time. Fails when n8n's
// processes hold more and more.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import { INSPECTED } from './bench/inspector.mts';
import { printTable } from './bench/table.mts';
import { openWays } from './load/load.mts';
import type { Open, Target } from './load/load.mts';
import { WAYS } from './load/ways.mts';
import { installN8n, N8N_VERSION } from './n8n/install.mts';
import { findOrInstallQueuePrograms } from './n8n/queue/programs.mts';
import { startQueueMode } from './n8n/queue/start.mts';
import { startSession } from './n8n/session.mts';
import { packPackage } from './pack.mts';
import { growthOf } from './soak/growth.mts';
import type { Measure } from './soak/growth.mts';
import { JOBS_OF_A_ROUND, playRound, TIMEOUT_MINUTES } from './soak/round.mts';
import { moveClockOf, sampleOf } from './soak/sample.mts';
import type { Process, Sample } from './soak/sample.mts';
import { until } from './until.mts';

/** As many as make a day and something more: by then, all that expires has begun to. */
const WARM_UP_ROUNDS = 7;
const HOURS_OF_A_ROUND = 4;

const MEASURES: Array<Measure & { of: keyof Row }> = [
	{ name: 'MB held', of: 'held', allowed: { absolute: 4, part: 0.03 } },
	{ name: 'MB resident', of: 'resident', allowed: { absolute: 40, part: 0.08 } },
	{ name: 'timers', of: 'timers', allowed: { absolute: 4, part: 0.1 } },
	{ name: 'handles', of: 'handles', allowed: { absolute: 6, part: 0.1 } },
	{ name: 'in our caches', of: 'cached', allowed: { absolute: 10, part: 0.05 } },
	{ name: 'bytes of static data', of: 'staticData', allowed: { absolute: 500, part: 0.05 } },
];

/** A sample of one process; the static data is the same for all. */
type Row = Sample & { staticData: number };

interface Soaked {
	target: Target;
	sandbox: Parameters<typeof playRound>[1];
	processes: Process[];
	close(): Promise<void>;
}

const { values } = parseArgs({
	options: {
		/** How long the rounds behind the warm-up go on. */
		minutes: { type: 'string', default: '10' },
		/** Two workers and a webhook process beside the main one. */
		queue: { type: 'boolean', default: false },
	},
});

const CLOCK = createRequire(import.meta.url).resolve('./soak/movedClock.js');
createRequire(import.meta.url)(CLOCK);
const { moveClock } = globalThis as unknown as { moveClock(milliseconds: number): void };

const ENV = {
	NODE_OPTIONS: `${INSPECTED.NODE_OPTIONS} --require ${CLOCK}`,
	// Nobody reads them, and the database is not what is measured.
	EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
	EXECUTIONS_DATA_SAVE_ON_ERROR: 'none',
	// The login has to last.
	N8N_USER_MANAGEMENT_JWT_DURATION_HOURS: '8760',
};

async function startOne(tarball: string): Promise<Soaked> {
	const session = await startSession({
		...{ tarball, jobSeconds: 3600, fileFolders: [], allowHttpCallbacks: true, env: ENV },
	});
	const { client, credentials, sandbox, n8n } = session;
	return {
		...{ sandbox, target: { client, credentials, webhookUrl: n8n.url } },
		processes: [{ name: 'n8n', logFile: n8n.logFile }],
		close: session.close,
	};
}

async function startQueue(tarball: string): Promise<Soaked> {
	const programs = await findOrInstallQueuePrograms((progress) => console.log(progress));
	const session = await startQueueMode({
		...{ programs, tarball, workers: 2, jobSeconds: 3600, env: ENV },
	});
	const { client, credentials, sandbox, main, webhook, workers } = session;
	const servers = { main, webhook, 'worker 1': workers[0], 'worker 2': workers[1] };
	return {
		...{ sandbox, target: { client, credentials, webhookUrl: webhook.url } },
		processes: Object.entries(servers).map(([name, { logFile }]) => ({ name, logFile })),
		close: session.close,
	};
}

async function soak({ target, sandbox, processes }: Soaked): Promise<boolean> {
	const open = await openWays(target, WAYS, { timeout: TIMEOUT_MINUTES });
	const rows = new Map<string, Row[]>(processes.map(({ name }) => [name, []]));
	let end = Infinity;
	for (let round = 1; round <= WARM_UP_ROUNDS || performance.now() < end; round++) {
		await playRound(target, sandbox);
		const staticData = await staticDataOf(target, open);
		for (const process of processes) {
			const row = { ...(await sampleOf(process)), staticData };
			rows.get(process.name)?.push(row);
			console.log(`round ${round}, ${process.name}: ${lineOf(row)}`);
			await moveClockOf(process, HOURS_OF_A_ROUND * 3_600_000);
		}
		moveClock(HOURS_OF_A_ROUND * 3_600_000);
		await untilReady(target);
		if (round === WARM_UP_ROUNDS) end = performance.now() + Number(values.minutes) * 60_000;
	}
	return [...rows].map(([name, row]) => report(name, row)).every(Boolean);
}

/** A look at its whole memory stops n8n for some seconds, and then it takes its database for gone. */
async function untilReady({ webhookUrl }: Target): Promise<void> {
	await until('n8n is ready', async () => (await fetch(`${webhookUrl}/healthz/readiness`)).ok);
}

const lineOf = (row: Row) =>
	MEASURES.map(({ name, of }) => `${row[of].toFixed(0)} ${name}`).join(', ');

/** What the triggers' workflows keep. */
async function staticDataOf({ client }: Target, open: Open[]): Promise<number> {
	const triggers = open.filter(({ way }) => way.by === 'trigger');
	const workflows = await Promise.all(
		triggers.map(async ({ leaves }) => await client.workflow(leaves)),
	);
	return workflows.reduce(
		(sum, { staticData }) => sum + JSON.stringify(staticData ?? null).length,
		0,
	);
}

/** Prints how a process has come through. @returns whether nothing of it grows */
function report(name: string, rows: Row[]): boolean {
	const measured = rows.slice(WARM_UP_ROUNDS);
	const growths = MEASURES.map((measure) => {
		const samples = measured.map((row) => row[measure.of]);
		return { ...measure, samples, ...growthOf(samples, measure) };
	});
	console.log(
		`\n${name}: ${measured.length} rounds of ${JOBS_OF_A_ROUND} jobs behind ${WARM_UP_ROUNDS} of warm-up`,
	);
	const picked = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * (measured.length - 1)));
	printTable([
		['', ...picked.map((index) => `round ${index + 1}`), 'slope', 'growth', 'allowed', ''],
		...growths.map(({ name: what, samples, slope, total, allowed, grows }) => [
			what,
			...picked.map((index) => samples[index].toFixed(0)),
			slope.toFixed(2),
			total.toFixed(1),
			allowed.toFixed(1),
			grows ? 'GROWS' : 'steady',
		]),
	]);
	return growths.every(({ grows }) => !grows);
}

await installN8n(N8N_VERSION, (progress) => console.log(progress));
const tarball = await packPackage();
const soaked = await (values.queue ? startQueue(tarball) : startOne(tarball));
try {
	process.exitCode = (await soak(soaked)) ? 0 : 1;
} finally {
	await soaked.close();
}
