import { memoryAfterCollection } from '../../../scripts/bench/inspector.mts';
import type { QueueSession } from '../../../scripts/n8n/queue/start.mts';
import type { N8nServer } from '../../../scripts/n8n/server.mts';

type Database = Pick<QueueSession, 'database'>;

const list = (values: string[]) => values.map((value) => `'${value}'`).join(', ');

/** The executions that have one of these statuses now. */
export async function countOf({ database }: Database, ...statuses: string[]): Promise<number> {
	const [count] = await database.query(
		`SELECT count(*) FROM execution_entity WHERE status IN (${list(statuses)})`,
	);
	return Number(count);
}

/** The executions that sleep now. */
export async function sleepers({ database }: Database) {
	const rows = await database.query(
		`SELECT id, "workflowId" FROM execution_entity WHERE status = 'waiting' ORDER BY id`,
	);
	return rows.map((row) => {
		const [id, workflow] = row.split('|');
		return { id, workflow };
	});
}

/** Lets n8n wake all that sleeps in a few seconds, which it would else do after Timeout. */
export async function bringNetForward({ database }: Database): Promise<void> {
	await database.query(
		`UPDATE execution_entity SET "waitTill" = now() + interval '5 seconds' WHERE status = 'waiting'`,
	);
}

/** The memory that each of n8n's processes takes now, in MB. */
export async function memoryOf(
	when: string,
	{ main, webhook }: QueueSession,
	workers: N8nServer[],
): Promise<string[]> {
	const processes = [main, webhook, ...workers];
	const sizes = await Promise.all(
		processes.map(async ({ logFile }) => await memoryAfterCollection(logFile)),
	);
	return [
		when,
		...sizes.map(({ resident, held }) => `${resident.toFixed(0)} (${held.toFixed(0)})`),
	];
}
