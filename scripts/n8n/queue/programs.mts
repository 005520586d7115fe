import { globSync } from 'node:fs';

import { findOrInstall, findProgram, searchPath } from '../../debian.mts';

/** What queue mode needs beside n8n. */
export interface QueuePrograms {
	/** The program redis-server. */
	redis: string;
	/** The folder with initdb, postgres and psql. */
	postgresql: string;
}

/**
 * Those of this machine; on Debian, root installs them. The variables REDIS_SERVER and
 * POSTGRESQL_BIN name others.
 */
export async function findOrInstallQueuePrograms(
	onProgress: (progress: string) => void,
): Promise<QueuePrograms> {
	const redis = await findOrInstall(
		findRedis,
		{
			packages: ['redis-server'],
			help: 'Redis is missing. Install it, or name its program redis-server in the variable REDIS_SERVER.',
		},
		onProgress,
	);
	const postgresql = await findOrInstall(
		findPostgresql,
		{
			packages: ['postgresql'],
			help: 'PostgreSQL is missing. Install it, or name the folder of its programs initdb, postgres and psql in the variable POSTGRESQL_BIN.',
		},
		onProgress,
	);
	return { redis, postgresql };
}

const findRedis = async (): Promise<string | undefined> =>
	process.env.REDIS_SERVER || (await findProgram(['redis-server']));

/** Debian does not put the programs of the server on the PATH. */
async function findPostgresql(): Promise<string | undefined> {
	if (process.env.POSTGRESQL_BIN) return process.env.POSTGRESQL_BIN;
	const newestFirst = globSync('/usr/lib/postgresql/*/bin').sort((one, other) =>
		other.localeCompare(one, undefined, { numeric: true }),
	);
	for (const folder of [...newestFirst, ...searchPath()]) {
		const programs = await Promise.all(
			['initdb', 'postgres', 'psql'].map(async (name) => await findProgram([name], [folder])),
		);
		if (programs.every(Boolean)) return folder;
	}
	return undefined;
}
