import { rm } from 'node:fs/promises';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { startSandbox } from '../../sandbox/server.mts';
import type { Sandbox, SavedJob } from '../../sandbox/server.mts';
import { N8N_VERSION } from './install.mts';
import { N8nClient } from './rest.mts';
import { createRunFolder } from './runFolder.mts';
import { startN8n } from './server.mts';
import type { N8nServer } from './server.mts';

/** An n8n with our package, its owner logged in, beside a sandbox that plays the providers. */
export interface Session {
	sandbox: Sandbox;
	/** The one that runs now. */
	readonly n8n: N8nServer;
	client: N8nClient;
	/** A credential of each type, as n8n keeps it; their addresses are the sandbox's. */
	credentials: Record<string, { id: string; name: string }>;
	/** Kills n8n as a power cut would, and starts it again with the same data at the same address. */
	killAndRestartN8n(options?: RestartOptions): Promise<void>;
	/** The same, but n8n is asked to stop, as a service manager does. @returns how it ended */
	stopAndRestartN8n(options?: RestartOptions): Promise<string>;
	/** Ends both. A new folder with n8n's log stays when `keepLog` is set, until the next run. */
	close(options?: { keepLog?: boolean }): Promise<void>;
}

export interface RestartOptions {
	/** Settings that n8n has from now on, beside those of the session. */
	env?: Record<string, string>;
	/** Done while n8n is down, with its folder. */
	meanwhile?(userFolder: string): Promise<void>;
}

export interface SessionOptions {
	/** The packed package; absent where `userFolder` has it already. */
	tarball?: string;
	/** n8n's folder, kept at the end; absent: a new one, which is removed. */
	userFolder?: string;
	/** n8n's; a free one is taken when it is left out. */
	port?: number;
	/** An earlier sandbox, with whose jobs this one goes on. */
	sandbox?: { port: number; jobs: SavedJob[] };
	/** How long the sandbox takes for a video. */
	jobSeconds: number;
	/** The folders that the workflows may read from and write to. */
	fileFolders: string[];
	/** Lets the sandbox call back this n8n, which is neither public nor https. */
	allowHttpCallbacks?: boolean;
	/** More of n8n's own settings. */
	env?: Record<string, string>;
	/** Of n8n; the pinned current one by default. */
	version?: string;
}

/** Starts a session; what was started is ended again when a later step fails. */
export async function startSession(options: SessionOptions): Promise<Session> {
	const {
		tarball,
		jobSeconds,
		fileFolders,
		allowHttpCallbacks,
		env,
		version = N8N_VERSION,
	} = options;
	const userFolder = options.userFolder ?? (await createRunFolder());
	const isKept = options.userFolder !== undefined;
	const sandbox = await startSandbox({ ...options.sandbox, jobSeconds, allowHttpCallbacks });
	let n8n: N8nServer | undefined;
	const start = async (port = options.port, more: Record<string, string> = {}) =>
		await startN8n({
			version,
			userFolder,
			tarballs: tarball === undefined ? undefined : [tarball],
			env: { N8N_RESTRICT_FILE_ACCESS_TO: fileFolders.join(';'), ...env, ...more },
			port,
		});
	const close: Session['close'] = async ({ keepLog = false } = {}) => {
		await n8n?.stop();
		await sandbox.stop();
		if (!keepLog && !isKept) await rm(userFolder, { recursive: true, force: true });
	};
	try {
		let running = (n8n = await start());
		const client = new N8nClient(running.url);
		await client.enter();
		const startAgain = async (restart: RestartOptions = {}) => {
			await restart.meanwhile?.(userFolder);
			running = n8n = await start(Number(new URL(running.url).port), restart.env);
		};
		return {
			sandbox,
			get n8n() {
				return running;
			},
			client,
			credentials: await saveCredentials(client, sandbox),
			async killAndRestartN8n(restart) {
				await running.kill();
				await startAgain(restart);
			},
			async stopAndRestartN8n(restart) {
				await running.stop();
				const how = await running.ended;
				await startAgain(restart);
				return how;
			},
			close,
		};
	} catch (error) {
		await close({ keepLog: true });
		throw error;
	}
}

/** One of each type, with the addresses of the sandbox. */
export async function saveCredentials(client: N8nClient, { credentials }: Sandbox) {
	const saved: Session['credentials'] = {};
	for (const [provider, data] of Object.entries(credentials)) {
		const type = sandboxCredentialTypes[provider];
		const name = `${provider} (sandbox)`;
		saved[type] = { id: await client.saveCredential({ name, type, data }), name };
	}
	return saved;
}
