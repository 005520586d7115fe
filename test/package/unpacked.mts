import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	realpathSync,
	rmSync,
	statSync,
	symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { extract, list } from 'tar';

import manifest from '../../package.json';
import { packPackage } from '../../scripts/pack.mts';

export interface Unpacked {
	/** As it lies in the node_modules of an n8n. */
	folder: string;
	/** Every file, relative to it. */
	files: string[];
	/** Paths as they stand in the tarball. */
	entries: string[];
	/** Size of the tarball. */
	bytes: number;
}

/** The packed package, unpacked where n8n would put it: beside n8n-workflow, and nothing else. */
export function useUnpackedPackage(): () => Unpacked {
	let root: string;
	let unpacked: Unpacked;

	beforeAll(async () => {
		const tarball = process.env.PACKAGE_TARBALL ?? (await packPackage());
		root = realpathSync(mkdtempSync(join(tmpdir(), 'veo-package-')));
		const modules = join(root, 'node_modules');
		const folder = join(modules, manifest.name);
		mkdirSync(folder, { recursive: true });
		symlinkSync(
			join(__dirname, '../../node_modules/n8n-workflow'),
			join(modules, 'n8n-workflow'),
			'dir',
		);
		await extract({ file: tarball, cwd: folder, strip: 1 });
		const entries: string[] = [];
		await list({ file: tarball, onReadEntry: ({ path }) => entries.push(path) });
		unpacked = { folder, files: filesIn(folder), entries, bytes: statSync(tarball).size };
	}, 180_000);

	afterAll(() => rmSync(root, { recursive: true, force: true }));

	return () => unpacked;
}

/** Files below a folder, relative to it, with forward slashes. */
export const filesIn = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => !entry.isDirectory())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
		.sort();
