import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { addCommunityPackages } from './communityPackage.mts';
import { installN8n } from './install.mts';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 120_000;
const STOPS_WITHIN_MS = 15_000;
const TAIL_LINES = 40;

/** To be loaded with --require into a process that has an IPC channel to us. */
export const END_WITH_PARENT = join(import.meta.dirname, 'endWithParent.js');

/** Settings that the reader's shell has for another n8n must not reach this one. */
const FOREIGN_SETTINGS =
	/^(N8N_|DB_|EXECUTIONS_|QUEUE_|WEBHOOK_|CREDENTIALS_|NODE_PATH$|NODE_OPTIONS$|NODE_ENV$|JEST_)/;

export interface N8nServer {
	url: string;
	pid: number;
	logFile: string;
	/** Resolves when the process is gone, with how it ended; never rejects. */
	ended: Promise<string>;
	/** Ends n8n and what it started, and waits until they are gone. */
	stop(): Promise<void>;
	/** Ends n8n as a power cut would. */
	kill(): Promise<void>;
}

export interface N8nOptions {
	version: string;
	/** n8n keeps its database, keys and packages here. */
	userFolder: string;
	/** Packed packages to load; what the folder has already stays when it is left out. */
	tarballs?: string[];
	env?: Record<string, string>;
	/** A free one is taken when it is left out. */
	port?: number;
	/** In queue mode, the processes beside the main one. */
	kind?: Kind;
	/** Of the log file, in n8n's folder; one for each process that shares the folder. */
	logName?: string;
}

/** As n8n calls its processes. */
export type Kind = 'start' | 'worker' | 'webhook';

/** Starts a real n8n with community packages from tarballs, and returns when it answers. */
export async function startN8n(options: N8nOptions): Promise<N8nServer> {
	const { kind = 'start', logName = 'n8n.log' } = options;
	const { node, startScript } = await installN8n(options.version);
	await mkdir(options.userFolder, { recursive: true });
	if (options.tarballs) await addCommunityPackages(options.userFolder, options.tarballs);

	const logFile = join(options.userFolder, logName);
	const log = await open(logFile, 'a');
	// Who listens on it already would answer in the place of ours.
	const port = await freePort(options.port);
	const brokerPort = await freePort();
	const child = spawn(node, ['--require', END_WITH_PARENT, startScript, kind], {
		cwd: options.userFolder,
		env: {
			...ownEnvironment(options.userFolder, port, brokerPort),
			...(kind === 'worker' ? healthOfWorker(port) : {}),
			...options.env,
		},
		// The channel is only there to break when we die; the group is what we may signal as a whole.
		stdio: ['ignore', log.fd, log.fd, 'ipc'],
		detached: true,
	});
	await log.close();

	const server = serverOf(child, `http://${HOST}:${port}`, logFile);
	await waitUntilReady(server, kind);
	return server;
}

function ownEnvironment(userFolder: string, port: number, brokerPort: number): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN_SETTINGS.test(name));
	return {
		...Object.fromEntries(inherited),
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: HOST,
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
		// The sandbox is on this machine: a proxy could not reach it.
		NO_PROXY: [process.env.NO_PROXY, HOST, 'localhost'].filter(Boolean).join(','),
	};
}

/** A worker listens only when it is to be asked whether it is ready. */
const healthOfWorker = (port: number) => ({
	QUEUE_HEALTH_CHECK_ACTIVE: 'true',
	QUEUE_HEALTH_CHECK_PORT: String(port),
	N8N_WORKER_SERVER_ADDRESS: HOST,
});

function serverOf(child: ChildProcess, url: string, logFile: string): N8nServer {
	const pid = child.pid;
	if (pid === undefined) throw new Error(`n8n did not start: ${child.spawnfile} cannot be run.`);
	const signalGroup = (signal: NodeJS.Signals) => {
		try {
			process.kill(-pid, signal);
		} catch {
			// Nobody is left in the group.
		}
	};
	const ended = new Promise<string>((resolve) => {
		child.once('exit', (code, signal) => {
			// n8n's task runners outlive an n8n that was killed.
			signalGroup('SIGKILL');
			resolve(signal ?? `exit code ${code}`);
		});
	});
	return {
		url,
		pid,
		logFile,
		ended,
		async stop() {
			child.kill('SIGTERM');
			const forced = setTimeout(() => signalGroup('SIGKILL'), STOPS_WITHIN_MS);
			await ended;
			clearTimeout(forced);
		},
		async kill() {
			child.kill('SIGKILL');
			await ended;
		},
	};
}

async function waitUntilReady(server: N8nServer, kind: Kind): Promise<void> {
	let ending: string | undefined;
	void server.ended.then((how) => (ending = how));
	const deadline = Date.now() + READY_WITHIN_MS;
	while (ending === undefined && Date.now() < deadline) {
		// n8n calls itself ready when its database is; its REST API follows a little later.
		const paths = ['/healthz/readiness', ...(kind === 'start' ? ['/rest/settings'] : [])];
		const answers = await Promise.all(
			paths.map(async (path) => await fetch(server.url + path).catch(() => undefined)),
		);
		if (answers.every((answer) => answer?.ok)) return;
		await pause(200);
	}
	const problem =
		ending === undefined
			? `n8n did not get ready within ${READY_WITHIN_MS / 1000} s`
			: `n8n ended while starting (${ending})`;
	await server.stop();
	throw new Error(`${problem}. The end of its log (${server.logFile}):\n${await logTail(server)}`);
}

/** The last lines that n8n wrote. */
export async function logTail({ logFile }: Pick<N8nServer, 'logFile'>): Promise<string> {
	const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
	return lines.slice(-TAIL_LINES).join('\n');
}

/** The port, where nobody listens on it; any free one when it is left out. */
export async function freePort(wanted = 0): Promise<number> {
	const probe = createServer();
	await new Promise<void>((resolve, reject) => {
		probe.once('error', () => reject(new Error(`Port ${wanted} is in use: choose another one.`)));
		probe.listen(wanted, HOST, resolve);
	});
	const { port } = probe.address() as AddressInfo;
	await new Promise((resolve) => probe.close(resolve));
	return port;
}
