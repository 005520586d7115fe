import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { N8nServer } from './server.mts';

/** For `startN8n`: n8n loads the packages' files anew when they change. */
export const HOT_RELOAD = { N8N_DEV_RELOAD: 'true' };

const WATCHES_WITHIN_MS = 30_000;

/**
 * n8n begins to watch the files a moment after it answers, and what changes before goes unnoticed.
 * So a file is changed until n8n has noticed.
 * @returns false where n8n cannot watch files
 */
export async function isWatching({ logFile }: N8nServer, folder: string): Promise<boolean> {
	const mark = join(folder, 'changed.txt');
	try {
		for (const end = Date.now() + WATCHES_WITHIN_MS; Date.now() < end; await pause(300)) {
			await writeFile(mark, String(Date.now()));
			if ((await readFile(logFile, 'utf8')).includes('Hot reload triggered')) return true;
		}
		return false;
	} finally {
		await rm(mark, { force: true });
	}
}
