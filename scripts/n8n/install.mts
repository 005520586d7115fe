import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '../command.mts';
import { CACHE, ROOT } from '../folders.mts';

/** The n8n that the demo and the end-to-end tests run on; its lockfile stands in `versions/`. */
export const N8N_VERSION = '2.41.1';

/** The newest n8n 1.x, which many still run: what sleeps there has to wake there, too. */
export const OLDER_N8N_VERSION = '1.123.81';

/** Every n8n that is tested, the newest first. */
export const N8N_VERSIONS = [N8N_VERSION, OLDER_N8N_VERSION];

/** An installed n8n: its start script, and the Node.js that came with it. */
export interface N8nInstallation {
	node: string;
	startScript: string;
}

const installations = new Map<string, Promise<N8nInstallation>>();

/**
 * Installs one pinned n8n, with its own Node.js, into a folder that is kept between runs; once for
 * those who ask at the same time.
 * @param onProgress receives lines such as "1240 of 1850 packages"; none when it is already there
 */
export async function installN8n(
	version: string,
	onProgress: (progress: string) => void = () => {},
): Promise<N8nInstallation> {
	const underWay = installations.get(version);
	if (underWay) return await underWay;
	const installation = install(version, onProgress);
	installations.set(version, installation);
	try {
		return await installation;
	} finally {
		installations.delete(version);
	}
}

async function install(
	version: string,
	onProgress: (progress: string) => void,
): Promise<N8nInstallation> {
	const folder = join(CACHE, `n8n-${version}`);
	await mkdir(folder, { recursive: true });
	await cp(join(import.meta.dirname, 'versions', version), folder, { recursive: true });
	await runCommand(process.execPath, [join(ROOT, 'scripts', 'install.mjs'), folder], {
		onLine: onProgress,
	});
	const modules = join(folder, 'node_modules');
	return {
		node: join(modules, 'node', 'bin', 'node'),
		startScript: join(modules, 'n8n', 'bin', 'n8n'),
	};
}
