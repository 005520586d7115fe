import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

import { preProcessFile } from 'typescript';

import manifest from '../../package.json';
import { filesIn } from './unpacked.mts';

const root = join(__dirname, '../..');

/** `@scope/name/file` and `name/file` are files of a package. */
const packageOf = (specifier: string) =>
	specifier
		.split('/')
		.slice(0, specifier.startsWith('@') ? 2 : 1)
		.join('/');

/** The packages that the text imports, in whatever way. */
const importedBy = (text: string) =>
	preProcessFile(text, true, true)
		.importedFiles.map(({ fileName }) => fileName)
		.filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
		.map(packageOf);

/** A package that another one brings along is found in one installation and not in the next. */
describe.each([
	['published', ['nodes', 'credentials'], Object.keys(manifest.peerDependencies)],
	[
		'not published',
		['test', 'scripts', 'sandbox', 'demo'],
		[...Object.keys(manifest.peerDependencies), ...Object.keys(manifest.devDependencies)],
	],
])('what is %s', (_, folders, declared) => {
	it.each(folders)('%s/ imports no package that package.json does not name', (folder) => {
		const files = filesIn(join(root, folder)).filter((file) => /\.[cm]?[jt]s$/.test(file));
		expect(files).not.toEqual([]);
		const undeclared = files.flatMap((file) =>
			importedBy(readFileSync(join(root, folder, file), 'utf8'))
				.filter((name) => !declared.includes(name))
				.map((name) => `${file}: ${name}`),
		);
		expect(undeclared).toEqual([]);
	});
});

it.each([
	["import type { A } from 'one/file';", 'one'],
	["import '@scope/two';", '@scope/two'],
	["export * from 'three';", 'three'],
	["const four = await import('four');", 'four'],
	["const five = require('five');", 'five'],
])('%s is an import', (text, name) => {
	expect(importedBy(text)).toEqual([name]);
});
