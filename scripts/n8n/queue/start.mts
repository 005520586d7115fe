import { rm } from 'node:fs/promises';

import { startSandbox } from '../../../sandbox/server.mts';
import { addCommunityPackages } from '../communityPackage.mts';
import { N8N_VERSION } from '../install.mts';
import { N8nClient } from '../rest.mts';
import { createRunFolder } from '../runFolder.mts';
import { freePort, startN8n } from '../server.mts';
import type { Kind, N8nServer } from '../server.mts';
import { saveCredentials } from '../session.mts';
import type { Session } from '../session.mts';
import type { QueuePrograms } from './programs.mts';
import { startPostgresql, startRedis } from './servers.mts';
import type { Postgresql, Redis } from './servers.mts';

/** An n8n in queue mode with our package, beside a sandbox that plays the providers. */
export interface QueueSession extends Pick<Session, 'sandbox' | 'client' | 'credentials'> {
	main: N8nServer;
	/** Takes the calls of triggers and the wake-ups of sleeping executions. */
	webhook: N8nServer;
	/** Those that were started first. */
	workers: N8nServer[];
	/** One more. */
	startWorker(): Promise<N8nServer>;
	database: Postgresql;
	redis: Redis;
	close(): Promise<void>;
}

export interface QueueOptions {
	programs: QueuePrograms;
	/** The packed package. */
	tarball: string;
	workers: number;
	/** How long the sandbox takes for a video. */
	jobSeconds: number;
	/** More of n8n's own settings, for each of its processes. */
	env?: Record<string, string>;
}

/** Starts all of it on free ports; what was started is ended again when a later step fails. */
export async function startQueueMode(options: QueueOptions): Promise<QueueSession> {
	const { programs, tarball, workers: count, jobSeconds } = options;
	const endings: Array<() => Promise<void>> = [];
	/** Notes how to end it again. */
	async function started<Part extends { stop(): Promise<void> }>(start: Promise<Part>) {
		const part = await start;
		endings.unshift(part.stop);
		return part;
	}
	const close = async () => {
		for (const end of endings.splice(0)) await end();
	};
	try {
		const userFolder = await createRunFolder();
		endings.push(async () => await rm(userFolder, { recursive: true, force: true }));
		await addCommunityPackages(userFolder, [tarball]);
		const sandbox = await started(startSandbox({ jobSeconds, allowHttpCallbacks: true }));
		const redis = await started(startRedis(programs.redis));
		const database = await started(startPostgresql(programs.postgresql));
		const webhookPort = await freePort();
		const env = {
			...redis.env,
			...database.env,
			EXECUTIONS_MODE: 'queue',
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
			N8N_ENCRYPTION_KEY: crypto.randomUUID(),
			WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/`,
			...options.env,
		};
		const start = async (kind: Kind, name: string, port?: number) =>
			await started(
				startN8n({
					...{ version: N8N_VERSION, userFolder, env, port },
					...{ kind, logName: `${name}.log` },
				}),
			);
		// It creates the tables that the others ask for.
		const main = await start('start', 'main');
		let workersStarted = 0;
		const startWorker = async () => await start('worker', `worker-${++workersStarted}`);
		const [webhook, ...workers] = await all([
			start('webhook', 'webhook', webhookPort),
			...Array.from({ length: count }, startWorker),
		]);
		const client = new N8nClient(main.url);
		await client.enter();
		const credentials = await saveCredentials(client, sandbox);
		return {
			...{ sandbox, client, credentials, main, webhook, workers, startWorker },
			...{ database, redis, close },
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/** As Promise.all, but fails only when nothing is under way any more. */
async function all<Part>(parts: Array<Promise<Part>>): Promise<Part[]> {
	await Promise.allSettled(parts);
	return await Promise.all(parts);
}
