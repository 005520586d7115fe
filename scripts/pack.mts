import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from './command.mts';
import { CACHE, ROOT } from './folders.mts';

/**
 * Builds the package and packs it, as `npm publish` would, into a tarball in `.cache/`.
 * @returns the tarball's path
 */
export async function packPackage(): Promise<string> {
	await mkdir(CACHE, { recursive: true });
	await runCommand('npm', ['run', 'build'], { cwd: ROOT });
	// --ignore-scripts: what is tested is the files, not what a lifecycle script would do on this machine.
	const report = await runCommand(
		'npm',
		['pack', '--json', '--ignore-scripts', '--pack-destination', CACHE],
		{ cwd: ROOT },
	);
	const [packed] = JSON.parse(report) as Array<{ filename: string }>;
	return join(CACHE, packed.filename);
}
