import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { ROOT } from './folders.mts';
import { END_WITH_PARENT } from './n8n/server.mts';

export interface Compiler {
	/** Resolves when everything has been compiled for the first time, with or without errors. */
	ready: Promise<void>;
	/** Resolves when the process is gone, with how it ended; never rejects. */
	ended: Promise<string>;
	stop(): Promise<void>;
}

/** Compiles the package into a folder, and again what changes, until it is stopped. */
export function startCompiler(outDir: string): Compiler {
	const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
	const child = spawn(
		process.execPath,
		[
			...['--require', END_WITH_PARENT, tsc],
			...['--watch', '--preserveWatchOutput', '--pretty', '--outDir', outDir],
		],
		// The channel is only there to break when we die.
		{ cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
	);
	const ended = new Promise<string>((resolve) => {
		child.once('error', (error) => resolve(error.message));
		child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
	});
	const ready = new Promise<void>((resolve) => {
		child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			process.stdout.write(text);
			if (text.includes('Watching for file changes')) resolve();
		});
	});
	return {
		ready,
		ended,
		async stop() {
			child.kill();
			await ended;
		},
	};
}
