// What one way of waiting costs for a number of jobs.
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { concurrently } from '../../nodes/shared/time/concurrently.ts';
import { outputOf } from '../n8n/rest.mts';
import type { Execution } from '../n8n/rest.mts';
import type { Session } from '../n8n/session.mts';
import { askDatabase, countRuns } from './database.mts';
import { mean, percentile } from './table.mts';
import { loopWorkflow, nextNodeAt, readyAt, waitingWorkflow } from './ways.mts';
import type { WaitStrategy } from './ways.mts';
import { startMany, startNode } from './webhookRuns.mts';

const run = promisify(execFile);

const READS_AT_A_TIME = 5;

export interface Way {
	name: string;
	/** Undefined: the loop by hand. */
	waitStrategy?: WaitStrategy;
}

export interface Measured {
	/** Of all jobs. */
	requests: number;
	/** Seconds from "video ready" to "next node runs". */
	meanDelay: number;
	/** That of the slowest but five in a hundred. */
	lateDelay: number;
	/** By which n8n's process has grown at most. */
	megabytes: number;
	/** In n8n's database, for each job: its run and the copy of its workflow. */
	kilobytes: number;
	jobsASecond: number;
}

/** All jobs at once, each in an execution of its own, until the last one has ended. */
export async function measure(
	session: Session,
	way: Way,
	waitSeconds: number,
	seconds: number[],
): Promise<Measured> {
	const { sandbox } = session;
	const name = `${way.name} ${crypto.randomUUID()}`;
	const bodies = seconds.map((of, index) => ({
		prompt: `${name} ${index} #sandbox:seconds=${of.toFixed(2)}`,
	}));
	const memory = await watchMemory(session.n8n.pid);
	const began = Date.now();
	const workflowId = await startMany(session, await workflowFor(session, way, waitSeconds), bodies);
	const jobsASecond = (bodies.length * 1000) / (Date.now() - began);
	await untilAllHaveEnded(session, workflowId, bodies.length);
	const megabytes = await memory.stop();
	const own = sandbox.jobs().filter(({ prompt }) => prompt.startsWith(`${name} `));
	const ids = new Set(own.map(({ id }) => id));
	const delays = await delaysOf(session, workflowId, (prompt) => readyAt(own, prompt));
	return {
		requests: sandbox.requests.filter(({ jobId }) => jobId && ids.has(jobId)).length,
		meanDelay: mean(delays),
		lateDelay: percentile(delays, 0.95),
		megabytes,
		kilobytes: kilobytesOf(session, workflowId) / bodies.length,
		jobsASecond,
	};
}

async function workflowFor(session: Session, { name, waitStrategy }: Way, waitSeconds: number) {
	const start = startNode();
	if (waitStrategy) {
		const before = [start];
		const prompt = '={{ $json.body.prompt }}';
		return waitingWorkflow(session, { name, provider: 'evolink', waitStrategy, before, prompt });
	}
	return await loopWorkflow(session, { prompt: '{{ $json.body.prompt }}', start, waitSeconds });
}

async function untilAllHaveEnded(session: Session, id: string, jobs: number): Promise<void> {
	while (countRuns(session, id, 'success') < jobs) {
		const failed = ['error', 'crashed', 'canceled'].find((how) => countRuns(session, id, how) > 0);
		if (failed) throw new Error(`An execution is ${failed}.`);
		await pause(500);
	}
}

/** In seconds, of each execution. */
async function delaysOf(
	{ client }: Session,
	workflowId: string,
	readyOf: (prompt: string) => number,
): Promise<number[]> {
	const runs = await client.executionsOf(workflowId);
	return await concurrently(runs, READS_AT_A_TIME, async ({ id }) => {
		const execution = await client.getExecution(id);
		return (nextNodeAt(execution) - readyOf(promptOf(execution))) / 1000;
	});
}

function promptOf(execution: Execution): string {
	const [{ json }] = outputOf(execution, 'Start');
	return (json.body as { prompt: string }).prompt;
}

const kilobytesOf = (session: Session, workflowId: string): number =>
	askDatabase<{ bytes: number }>(
		session,
		`SELECT sum(length(CAST(data AS BLOB)) + length(CAST(workflowData AS BLOB))) AS bytes
			FROM execution_data JOIN execution_entity ON id = executionId WHERE workflowId = ?`,
		workflowId,
	).bytes / 1024;

/** Samples what the process holds. */
async function watchMemory(pid: number): Promise<{ stop(): Promise<number> }> {
	const before = await residentMegabytes(pid);
	let peak = before;
	const look = async () => {
		peak = Math.max(peak, await residentMegabytes(pid));
	};
	const timer = setInterval(() => void look(), 1000);
	return {
		async stop() {
			clearInterval(timer);
			await look();
			return peak - before;
		},
	};
}

async function residentMegabytes(pid: number): Promise<number> {
	const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
	return Number(stdout) / 1024;
}
