import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CACHE } from '../folders.mts';

const PREFIX = 'run-';

/** A new folder for one n8n. What runs that are no longer alive have left behind is removed first. */
export async function createRunFolder(): Promise<string> {
	await mkdir(CACHE, { recursive: true });
	for (const name of await readdir(CACHE)) {
		const owner = /^run-(\d+)-/.exec(name)?.[1];
		if (owner !== undefined && !isAlive(Number(owner))) {
			await rm(join(CACHE, name), { recursive: true, force: true });
		}
	}
	return await mkdtemp(join(CACHE, `${PREFIX}${process.pid}-`));
}

/**
 * A folder that is kept, for this process alone: two n8n would spoil each other's database.
 * @returns gives it back
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
	await mkdir(folder, { recursive: true });
	const lock = join(folder, 'pid');
	const owner = Number(await readFile(lock, 'utf8').catch(() => '0'));
	if (owner > 0 && owner !== process.pid && isAlive(owner)) {
		throw new Error(`Process ${owner} uses ${folder}. End it first, or delete ${lock}.`);
	}
	await writeFile(lock, String(process.pid));
	return async () => await rm(lock, { force: true });
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM means that the process lives and belongs to another user.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
