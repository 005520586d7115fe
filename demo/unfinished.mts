import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { SavedJob } from '../sandbox/server.mts';
import { CACHE } from '../scripts/folders.mts';
import type { Session } from '../scripts/n8n/session.mts';

/** What a run needs to be gone on with, should it be killed in the middle. */
export interface UnfinishedRun {
	onlyProvider: string;
	workflowId: string;
	executionId: string;
	n8nPort: number;
	/** What the providers know. */
	sandbox: { port: number; jobs: SavedJob[] };
	submits: number;
}

export const RUN_FOLDER = join(CACHE, 'demo');
export const N8N_FOLDER = join(RUN_FOLDER, 'n8n');
const NOTE = join(RUN_FOLDER, 'unfinished.json');

/** Written as a whole or not at all: the process may be killed at any moment. */
export async function keepUnfinishedRun(run: UnfinishedRun): Promise<void> {
	await mkdir(RUN_FOLDER, { recursive: true });
	await writeFile(`${NOTE}.new`, JSON.stringify(run));
	await rename(`${NOTE}.new`, NOTE);
}

/** The run with the same rows that was killed in the middle; where there is none, n8n starts anew. */
export async function readUnfinishedRun(onlyProvider: string): Promise<UnfinishedRun | undefined> {
	const text = await readFile(NOTE, 'utf8').catch(() => undefined);
	const run = text === undefined ? undefined : (JSON.parse(text) as UnfinishedRun);
	if (run?.onlyProvider === onlyProvider) return run;
	await forgetUnfinishedRun();
	await rm(N8N_FOLDER, { recursive: true, force: true });
	return undefined;
}

export const forgetUnfinishedRun = async () => await rm(NOTE, { force: true });

/**
 * Whether the run goes on. Where its deadline has passed already, n8n has woken it at its start; an
 * execution that was awake when n8n was killed has crashed, and n8n notes that a moment later.
 */
export async function goesOn({ client }: Session, run: UnfinishedRun): Promise<boolean> {
	for (;;) {
		const execution = await client.getExecution(run.executionId).catch(() => undefined);
		if (execution?.status !== 'running') {
			return execution?.status === 'waiting' || execution?.status === 'success';
		}
		await pause(200);
	}
}

export function goesOnTitle({ sandbox: { jobs } }: UnfinishedRun): string {
	const videos = jobs.length === 1 ? 'video' : 'videos';
	return `The run before was stopped while it slept: its ${jobs.length} paid ${videos} are collected, in three minutes at the latest`;
}
