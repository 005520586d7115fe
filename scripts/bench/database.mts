import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Session } from '../n8n/session.mts';

/** The first row of an answer of n8n's own database: to ask n8n itself would keep it busy. */
export function askDatabase<Row>(
	{ n8n }: Pick<Session, 'n8n'>,
	query: string,
	...values: string[]
): Row {
	const path = join(dirname(n8n.logFile), '.n8n', 'database.sqlite');
	const database = new DatabaseSync(path, { readOnly: true });
	try {
		return database.prepare(query).get(...values) as Row;
	} finally {
		database.close();
	}
}

/** How many executions of the workflow have this status. */
export const countRuns = (
	session: Pick<Session, 'n8n'>,
	workflowId: string,
	status: string,
): number =>
	askDatabase<{ count: number }>(
		session,
		'SELECT count(*) AS count FROM execution_entity WHERE workflowId = ? AND status = ?',
		workflowId,
		status,
	).count;
