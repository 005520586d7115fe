import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type { Sandbox } from '../sandbox/server.mts';
import type { N8nClient } from '../scripts/n8n/rest.mts';
import type { Session } from '../scripts/n8n/session.mts';
import { expectedEnding } from './rows.mts';
import type { PromptRow } from './rows.mts';

/** Where a row is on its way, in words, and whether anything more will happen to it. */
export interface RowProgress {
	text: string;
	percent?: number;
	ended: boolean;
}

/** Looks at the provider and into the output folder. */
export function rowProgress(
	prompt: PromptRow,
	sandbox: Sandbox,
	outputFolder: string,
): RowProgress {
	const { row } = prompt;
	if (expectedEnding(prompt) === 'refused') {
		return { text: 'refused: its provider has no such format', ended: true };
	}
	const job = sandbox.jobs().find((made) => made.prompt === prompt.prompt);
	if (!job) return { text: 'not submitted yet', ended: false };
	switch (job.state) {
		case 'queued':
			return { text: 'queued', ended: false };
		case 'running':
			return { text: 'generating', percent: job.progress, ended: false };
		case 'completed': {
			const saved = readdirSync(outputFolder).some((file) => file.startsWith(`row-${row}-`));
			return { text: saved ? 'video saved' : 'completed, downloading', ended: saved };
		}
		default:
			return { text: `${job.state}: ${job.failure?.reason ?? 'no reason given'}`, ended: true };
	}
}

const FOLLOW_MS = 200;

/**
 * Tells when the execution falls asleep and wakes up, and keeps the run each time another video was
 * ordered.
 *
 * @returns ends it
 */
export function followRun(
	{ client, sandbox }: Session,
	executionId: string,
	{ show, keep }: { show(text: string): void; keep(): Promise<void> },
): () => Promise<void> {
	let isOver = false;
	const follow = async () => {
		let jobs = -1;
		let shown = '';
		while (!isOver) {
			if (sandbox.jobs().length !== jobs) {
				jobs = sandbox.jobs().length;
				await keep();
			}
			// Should n8n be gone, the run itself says so.
			const text = await runProgress(client, executionId).catch(() => shown);
			if (text !== shown) show(text);
			shown = text;
			await pause(FOLLOW_MS);
		}
	};
	const followed = follow();
	// Thrown where it is ended.
	followed.catch(() => {});
	return async () => {
		isOver = true;
		await followed;
	};
}

async function runProgress(client: N8nClient, executionId: string): Promise<string> {
	const { status, data } = await client.getExecution(executionId);
	// At first, an execution has no data.
	return status === 'waiting'
		? `sleeps in "${data.resultData.lastNodeExecuted}" (waiting)`
		: status;
}
