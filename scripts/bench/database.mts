import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { N8nServer } from '../n8n/server.mts';

/** Of a workflow, with this status, in n8n's SQLite: to ask n8n itself would keep it busy. */
export function countExecutions(
	{ logFile }: Pick<N8nServer, 'logFile'>,
	workflowId: string,
	status: string,
): number {
	const path = join(dirname(logFile), '.n8n', 'database.sqlite');
	const database = new DatabaseSync(path, { readOnly: true });
	try {
		const { count } = database
			.prepare('SELECT count(*) AS count FROM execution_entity WHERE workflowId = ? AND status = ?')
			.get(workflowId, status) as { count: number };
		return count;
	} finally {
		database.close();
	}
}
