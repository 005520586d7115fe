import { readFile } from 'node:fs/promises';

import type { N8nServer } from '../../../scripts/n8n/server.mts';

/** What a worker has run: those that it began with, before any sleep, and those that it had in hand when it ended. */
export async function executionsIn({ logFile }: Pick<N8nServer, 'logFile'>) {
	const log = await readFile(logFile, 'utf8');
	const idsOf = (what: string) =>
		[...log.matchAll(new RegExp(`Worker ${what} execution (\\d+)`, 'g'))].map(([, id]) => id);
	const [started, finished] = [idsOf('started'), idsOf('finished')];
	const count = (ids: string[], id: string) => ids.filter((other) => other === id).length;
	return {
		started,
		inHand: [...new Set(started)].filter((id) => count(started, id) > count(finished, id)),
	};
}
