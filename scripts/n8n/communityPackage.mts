import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { extract } from 'tar';

/** Puts packed packages where n8n keeps the community packages that its user has installed. */
export async function addCommunityPackages(userFolder: string, tarballs: string[]): Promise<void> {
	const nodesFolder = join(userFolder, '.n8n', 'nodes');
	const modules = join(nodesFolder, 'node_modules');
	await mkdir(modules, { recursive: true });

	const dependencies: Record<string, string> = {};
	for (const tarball of tarballs) {
		const unpacked = await mkdtemp(join(nodesFolder, 'unpacked-'));
		await extract({ file: tarball, cwd: unpacked, strip: 1 });
		const manifest = await readFile(join(unpacked, 'package.json'), 'utf8');
		const { name, version } = JSON.parse(manifest) as { name: string; version: string };
		await rm(join(modules, name), { recursive: true, force: true });
		await rename(unpacked, join(modules, name));
		dependencies[name] = version;
	}
	// n8n loads what this file names; without it a package in node_modules is not looked at.
	await writeFile(
		join(nodesFolder, 'package.json'),
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies }, null, '\t'),
	);
}
