import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { extract } from 'tar';

/** Puts packed packages where n8n keeps the community packages that its user has installed. */
export async function addCommunityPackages(userFolder: string, tarballs: string[]): Promise<void> {
	const nodesFolder = nodesFolderIn(userFolder);
	await mkdir(nodesFolder, { recursive: true });
	const dependencies: Record<string, string> = {};
	for (const tarball of tarballs) {
		const unpacked = await mkdtemp(join(nodesFolder, 'unpacked-'));
		await extract({ file: tarball, cwd: unpacked, strip: 1 });
		const { name, version } = await readManifest(unpacked);
		await rename(unpacked, await roomFor(userFolder, name));
		dependencies[name] = version;
	}
	await nameCommunityPackages(userFolder, dependencies);
}

/**
 * Makes room for a package that is compiled where n8n loads it from, beside its manifest and icons.
 * Not a link to `dist`: n8n's reload does not look behind links.
 * @returns the folder for what is compiled
 */
export async function addSourcePackage(userFolder: string, source: string): Promise<string> {
	const { name, version } = await readManifest(source);
	const folder = await roomFor(userFolder, name);
	const dist = join(folder, 'dist');
	await mkdir(dist, { recursive: true });
	await symlink(join(source, 'package.json'), join(folder, 'package.json'));
	await symlink(join(source, 'icons'), join(dist, 'icons'), 'dir');
	await nameCommunityPackages(userFolder, { [name]: version });
	return dist;
}

const nodesFolderIn = (userFolder: string) => join(userFolder, '.n8n', 'nodes');

/** The folder of a package, which does not exist any more. */
async function roomFor(userFolder: string, name: string): Promise<string> {
	const folder = join(nodesFolderIn(userFolder), 'node_modules', name);
	await mkdir(dirname(folder), { recursive: true });
	await rm(folder, { recursive: true, force: true });
	return folder;
}

async function readManifest(folder: string): Promise<{ name: string; version: string }> {
	return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

/** n8n loads what this file names; without it a package in node_modules is not looked at. */
async function nameCommunityPackages(
	userFolder: string,
	dependencies: Record<string, string>,
): Promise<void> {
	await writeFile(
		join(nodesFolderIn(userFolder), 'package.json'),
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies }, null, '\t'),
	);
}
