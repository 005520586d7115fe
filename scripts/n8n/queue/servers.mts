import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from '../../command.mts';
import { freePort } from '../server.mts';
import { startDaemon } from './daemon.mts';
import type { Daemon } from './daemon.mts';

const HOST = '127.0.0.1';
const USER = 'n8n';
const DATABASE = 'n8n';

/** A server, and n8n's settings to reach it. */
export interface QueueServer extends Daemon {
	env: Record<string, string>;
}

export interface Redis extends QueueServer {
	/** Ends it, and starts it again with what it has written down. */
	restart(): Promise<void>;
}

export interface Postgresql extends QueueServer {
	/** @returns the rows, their columns separated by `|` */
	query(sql: string): Promise<string[]>;
}

/** A Redis on a free port that writes down all that it holds, as n8n's queue needs it. */
export async function startRedis(program: string): Promise<Redis> {
	const port = await freePort();
	const password = crypto.randomUUID();
	const folder = await mkdtemp(join(tmpdir(), 'veo-redis-'));
	const settings = {
		...{ bind: HOST, port, requirepass: password, dir: folder },
		...{ save: '""', appendonly: 'yes' },
	};
	const input = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
	const start = async () =>
		await startDaemon(program, ['-'], {
			input: input.join(''),
			ready: /ready to accept connections/i,
			signal: 'SIGTERM',
		});
	const remove = async () => await rm(folder, { recursive: true, force: true });
	let daemon = await start().catch(async (error: unknown) => {
		await remove();
		throw error;
	});
	return {
		env: {
			QUEUE_BULL_REDIS_HOST: HOST,
			QUEUE_BULL_REDIS_PORT: String(port),
			QUEUE_BULL_REDIS_PASSWORD: password,
		},
		async stop() {
			await daemon.stop();
			await remove();
		},
		async restart() {
			await daemon.stop();
			daemon = await start();
		},
	};
}

/** A PostgreSQL on a free port, with an empty database in a folder that is removed in the end. */
export async function startPostgresql(programs: string): Promise<Postgresql> {
	const port = await freePort();
	const password = crypto.randomUUID();
	// Not below the repository, which its user may not be allowed to enter.
	const folder = await mkdtemp(join(tmpdir(), 'veo-postgresql-'));
	const remove = async () => await rm(folder, { recursive: true, force: true });
	// Messages in English: one of them says when it is ready.
	const env = { ...process.env, LC_ALL: 'C', PGPASSWORD: password };
	try {
		const user = await unprivileged();
		const passwordFile = join(folder, 'password');
		await writeFile(passwordFile, password, { mode: 0o600 });
		if (user)
			await Promise.all(
				[folder, passwordFile].map(async (path) => await chown(path, user.uid, user.gid)),
			);
		const data = join(folder, 'data');
		const own = { cwd: folder, env, ...user };
		await runCommand(
			join(programs, 'initdb'),
			[
				...['--pgdata', data, '--username', USER, '--pwfile', passwordFile],
				...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-sync'],
			],
			own,
		);
		const settings = {
			listen_addresses: HOST,
			port,
			unix_socket_directories: '',
			max_connections: 200,
			// It is thrown away in the end.
			fsync: 'off',
		};
		const daemon = await startDaemon(
			join(programs, 'postgres'),
			[
				'-D',
				data,
				...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
			],
			{ ...own, ready: /ready to accept connections/, signal: 'SIGINT' },
		);
		const query = async (sql: string, database = DATABASE) => {
			const answer = await runCommand(
				join(programs, 'psql'),
				[
					...['--host', HOST, '--port', String(port), '--username', USER, '--dbname', database],
					...['--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '--command', sql],
				],
				{ env },
			);
			return answer.split('\n').filter(Boolean);
		};
		const stop = async () => {
			await daemon.stop();
			await remove();
		};
		await query(`CREATE DATABASE ${DATABASE}`, 'postgres').catch(async (error: unknown) => {
			await daemon.stop();
			throw error;
		});
		return {
			stop,
			query,
			env: {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: HOST,
				DB_POSTGRESDB_PORT: String(port),
				DB_POSTGRESDB_DATABASE: DATABASE,
				DB_POSTGRESDB_USER: USER,
				DB_POSTGRESDB_PASSWORD: password,
			},
		};
	} catch (error) {
		await remove();
		throw error;
	}
}

/** PostgreSQL refuses to run as root. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	const idOf = async (which: '-u' | '-g', name: string) =>
		Number(await runCommand('id', [which, name]));
	const name = await runCommand('id', ['-u', 'postgres']).then(
		() => 'postgres',
		() => 'nobody',
	);
	return { uid: await idOf('-u', name), gid: await idOf('-g', name) };
}
