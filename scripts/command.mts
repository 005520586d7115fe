import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';

const TAIL_LINES = 40;

/** Runs a command to its end and returns what it wrote to stdout; its last lines are in the error when it fails. */
export async function runCommand(
	command: string,
	args: string[],
	options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> & {
		onLine?: (line: string) => void;
	} = {},
): Promise<string> {
	const { onLine, ...spawnOptions } = options;
	const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
	let stdout = '';
	let everything = '';
	let reported = 0;
	const read = (chunk: string) => {
		everything += chunk;
		const end = everything.lastIndexOf('\n') + 1;
		for (const line of everything.slice(reported, end).split('\n')) if (line) onLine?.(line);
		reported = Math.max(reported, end);
	};
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		stdout += chunk;
		read(chunk);
	});
	child.stderr.setEncoding('utf8').on('data', read);

	const ending = await new Promise<string | undefined>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) => {
			resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`));
		});
	});
	if (ending === undefined) return stdout;
	const tail = everything.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
	throw new Error(`"${[command, ...args].join(' ')}" failed (${ending}):\n${tail}`);
}
