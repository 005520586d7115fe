import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Lets the time until the deadline pass while n8n is down, which would be two minutes. It must not
 * fall into n8n's start, which took 15 seconds on a busy machine: n8n can then resume the execution,
 * run it to its end, and write over the record that it crashed.
 *
 * @returns the deadline before, in milliseconds since the epoch
 */
export function bringForward(userFolder: string, executionId: string, inMs = 40_000): number {
	const database = new DatabaseSync(join(userFolder, '.n8n', 'database.sqlite'));
	try {
		const row = database
			.prepare('SELECT waitTill FROM execution_entity WHERE id = ?')
			.get(Number(executionId));
		const soon = new Date(Date.now() + inMs).toISOString().replace('T', ' ').replace('Z', '');
		database
			.prepare('UPDATE execution_entity SET waitTill = ? WHERE id = ?')
			.run(soon, Number(executionId));
		return Date.parse(`${String(row?.waitTill).replace(' ', 'T')}Z`);
	} finally {
		database.close();
	}
}
