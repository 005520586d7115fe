import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
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

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives, under another user.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
