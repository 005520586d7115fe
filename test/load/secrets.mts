import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Session } from '../../scripts/n8n/session.mts';

/** Where n8n has left one of these texts: in its log, its database or any other of its files. */
export async function findSecrets({ n8n }: Session, secrets: string[]): Promise<string[]> {
	const folder = join(dirname(n8n.logFile), '.n8n');
	const texts = [
		['n8n.log', await readFile(n8n.logFile, 'utf8')],
		...rowsIn(join(folder, 'database.sqlite')),
		...(await filesIn(folder)),
	];
	return texts
		.filter(([, text]) => secrets.some((secret) => text.includes(secret)))
		.map(([place]) => place);
}

/** Every row of every table, because a text may be cut in two in the file itself. */
function rowsIn(path: string): string[][] {
	const database = new DatabaseSync(path, { readOnly: true });
	try {
		const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
		return tables.flatMap(({ name }) =>
			database
				.prepare(`SELECT * FROM "${String(name)}"`)
				.all()
				.map((row) => [`table ${String(name)}`, Object.values(row).map(textOf).join('\n')]),
		);
	} finally {
		database.close();
	}
}

const textOf = (value: unknown) =>
	value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);

async function filesIn(folder: string): Promise<string[][]> {
	const found: string[][] = [];
	for (const entry of await readdir(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory() && entry.name !== 'node_modules') found.push(...(await filesIn(path)));
		if (entry.isFile()) found.push([path, await readFile(path, 'latin1')]);
	}
	return found;
}
