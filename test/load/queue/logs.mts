import { readFile } from 'node:fs/promises';

import type { QueueSession } from '../../../scripts/n8n/queue/start.mts';
import type { N8nServer } from '../../../scripts/n8n/server.mts';

type Logging = Pick<N8nServer, 'logFile'>;

/** What a worker has run: those that it began with, before any sleep, and those that it had in hand when it ended. */
export async function executionsIn({ logFile }: Logging) {
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

/**
 * Executions that workers have begun under a number of the queue which no process has given them.
 * A process that has put one into the queue, and has not been told so because Redis was just being
 * restarted, puts it there once more; n8n then runs it twice.
 */
export async function executionsQueuedTwice(
	{ main, webhook }: QueueSession,
	workers: Logging[],
): Promise<string[]> {
	const queued = new Set((await Promise.all([main, webhook].map(numbersIn))).flat());
	const begun = (await Promise.all(workers.map(numbersIn))).flat();
	return begun.filter((number) => !queued.has(number)).map((number) => number.split(' ')[0]);
}

/** The jobs that an execution slept for, as n8n's log names them. */
export async function jobsSleptFor(workers: Logging[]): Promise<string[]> {
	const logs = await Promise.all(
		workers.map(async ({ logFile }) => await readFile(logFile, 'utf8')),
	);
	return logs
		.flatMap((log) => [...log.matchAll(/: asleep until these jobs have ended: (.+)/g)])
		.flatMap(([, ids]) => ids.split(', '));
}

/** Each as "execution number", where it was put into the queue or was begun. */
async function numbersIn({ logFile }: Logging): Promise<string[]> {
	const log = await readFile(logFile, 'utf8');
	const lines = log.matchAll(/(?:Enqueued|Worker started) execution (\d+) \(job (\d+)\)/g);
	return [...lines].map(([, execution, job]) => `${execution} ${job}`);
}
