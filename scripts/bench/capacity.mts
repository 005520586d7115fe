// How far one n8n goes: executions that sleep in it, and what waking many of them at once costs.
import { setTimeout as pause } from 'node:timers/promises';

import { concurrently } from '../../nodes/shared/time/concurrently.ts';
import { openWays, submit } from '../load/load.mts';
import type { Open, Target } from '../load/load.mts';
import { nameOf, promptOf } from '../load/ways.mts';
import type { Way } from '../load/ways.mts';
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import type { N8nClient } from '../n8n/rest.mts';
import { startSession } from '../n8n/session.mts';
import type { Session } from '../n8n/session.mts';
import { packPackage } from '../pack.mts';
import { until } from '../until.mts';
import { countRuns } from './database.mts';
import { expressionEngines } from './expressionEngines.mts';
import { INSPECTED, memoryAfterCollection, secondsOfWork } from './inspector.mts';
import { mean, printTable } from './table.mts';

const STARTS_AT_A_TIME = 10;
const CALLS_AT_A_TIME = 20;
const LEAVE_WITHIN_MS = 600_000;
const LOOK_MS = 500;
/** Taken, or about an execution that goes on or has ended already. */
const HEARD = [200, 404, 409];
const WARM_UP = 20;

const ways: Way[] = [
	{ provider: 'evolink', by: 'callback' },
	{ provider: 'aimlapi', by: 'watcher' },
	{ provider: 'evolink', by: 'trigger' },
];

/** Prints a table with as many executions of one video as are given, each number in turn. */
export async function benchCapacity(counts: number[], isLazy: boolean): Promise<void> {
	await installN8n(N8N_VERSION, (progress) => console.log(progress));
	const session = await startSession({
		tarball: await packPackage(),
		jobSeconds: 36_000,
		fileFolders: [],
		allowHttpCallbacks: true,
		env: { ...INSPECTED, ...expressionEngines(isLazy) },
	});
	const { client, credentials, n8n } = session;
	const target = { client, credentials, webhookUrl: n8n.url };
	try {
		const open = await openWays(target, ways);
		for (const one of open) await measure(session, target, one, WARM_UP);
		const rows = [];
		for (const one of open) {
			for (const count of counts) {
				rows.push([
					nameOf(one.way),
					String(count),
					...(await measure(session, target, one, count)),
				]);
			}
		}
		console.log('One n8n, executions of one video each; all videos are finished at the same time');
		printTable([
			[
				...['', 'videos', 'submitted a second', 'ms of work', 'MB held by them'],
				...['left a second', 'ms of work', 'ms until the editor answers', 'at the longest'],
				'calls repeated',
			],
			...rows,
		]);
		console.log('Work: of the processor, in the process of n8n, for each execution.');
	} finally {
		await session.close();
	}
}

/** Until they sleep or are submitted, and then until the last one has left. */
async function measure(
	{ client, sandbox, n8n }: Session,
	target: Target,
	{ way, submits, leaves }: Open,
	count: number,
): Promise<string[]> {
	const known = new Set(sandbox.jobs().map(({ id }) => id));
	const executions = (workflowId: string, status: string) => countRuns({ n8n }, workflowId, status);
	const before = { submitted: executions(submits, 'success'), left: executions(leaves, 'success') };
	const { held } = await memoryAfterCollection(n8n.logFile);
	const submitting = await timed(n8n.logFile, count, async () => {
		const prompts = Array.from({ length: count }, (_, index) => promptOf(way, String(index)));
		await concurrently(prompts, STARTS_AT_A_TIME, async (prompt) => {
			await submit(target, way, [prompt]);
		});
		await until('all are submitted', () => {
			const asleep = executions(submits, 'waiting');
			return asleep + executions(submits, 'success') - before.submitted === count;
		});
	});
	const asleep = (await memoryAfterCollection(n8n.logFile)).held - held;

	const waits: number[] = [];
	let isOver = false;
	let repeated = 0;
	const leaving = await timed(n8n.logFile, count, async () => {
		const ended = sandbox.jobs().filter(({ id }) => !known.has(id));
		// A provider that gets no answer in time would call again, or never.
		sandbox.settings.allowHttpCallbacks = false;
		for (const { id } of ended) sandbox.finish(id);
		sandbox.settings.allowHttpCallbacks = true;
		const called = ended.filter(({ callbackUrl }) => callbackUrl);
		const calls = concurrently(called, CALLS_AT_A_TIME, async ({ id }) => {
			while (!isOver) {
				const [{ status }] = await sandbox.deliver(id);
				if (HEARD.includes(Number(status))) return;
				repeated++;
				await pause(LOOK_MS);
			}
		});
		const left = until(
			'all have left',
			() => isOver || executions(leaves, 'success') - before.left === count,
			LEAVE_WITHIN_MS,
		);
		const all = Promise.all([calls, left]).finally(() => (isOver = true));
		try {
			while (!isOver) {
				waits.push(await timeOf(async () => await untilEditorAnswers(client)));
				await pause(LOOK_MS);
			}
		} finally {
			isOver = true;
			await all;
		}
	});
	return [
		...[submitting.rate.toFixed(1), submitting.work.toFixed(0), asleep.toFixed(1)],
		...[leaving.rate.toFixed(1), leaving.work.toFixed(0)],
		...[mean(waits).toFixed(0), Math.max(...waits).toFixed(0), String(repeated)],
	];
}

/** How many of so many it did in a second, and the milliseconds of n8n's processor time for one. */
async function timed(logFile: string, count: number, work: () => Promise<void>) {
	const before = await secondsOfWork(logFile);
	const seconds = (await timeOf(work)) / 1000;
	const used = (await secondsOfWork(logFile)) - before;
	return { rate: count / seconds, work: (1000 * used) / count };
}

/** Under load, n8n says for moments that its database is not ready. */
const untilEditorAnswers = async (client: N8nClient) =>
	await until('the editor answers', async () => {
		return await client.credentials().then(
			() => true,
			() => false,
		);
	});

async function timeOf(work: () => Promise<void>): Promise<number> {
	const began = performance.now();
	await work();
	return performance.now() - began;
}
