import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';

const READY_WITHIN_MS = 60_000;
const TAIL_CHARACTERS = 4000;

/** A server of this machine that n8n works with. */
export interface Daemon {
	/** Ends it, and waits until it is gone. */
	stop(): Promise<void>;
}

interface DaemonOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
	/** Written to its standard input. */
	input?: string;
	/** The line with which it says that it is ready. */
	ready: RegExp;
	/** Ends it at once, but orderly. */
	signal: 'SIGINT' | 'SIGTERM';
}

/** Starts a server that stays in the foreground, and returns when it is ready. */
export async function startDaemon(
	program: string,
	args: string[],
	{ input = '', ready, signal, ...options }: DaemonOptions,
): Promise<Daemon> {
	// Linux ends it even when we are killed.
	const [command, ...rest] =
		process.platform === 'linux'
			? ['setpriv', '--pdeathsig', signal.slice(3), program, ...args]
			: [program, ...args];
	const child = spawn(command, rest, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
	let output = '';
	const isReady = new Promise<void>((resolve) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				output = (output + text).slice(-TAIL_CHARACTERS);
				if (ready.test(output)) resolve();
			});
		}
	});
	const ended = new Promise<string>((resolve) => {
		child.once('error', ({ message }) => resolve(message));
		child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`));
	});
	const stop = async () => {
		child.kill(signal);
		await ended;
	};
	child.stdin.on('error', () => {
		// It has ended before it has read anything, which `ended` tells.
	});
	child.stdin.end(input);

	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<string>((resolve) => {
		timer = setTimeout(resolve, READY_WITHIN_MS, `not ready after ${READY_WITHIN_MS / 1000} s`);
	});
	const problem = await Promise.race([isReady, ended, late]);
	clearTimeout(timer);
	if (problem === undefined) return { stop };
	await stop();
	throw new Error(`${program} did not start (${problem}):\n${output}`);
}
