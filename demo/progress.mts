import { readdirSync } from 'node:fs';

import type { Sandbox } from '../sandbox/server.mts';
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
