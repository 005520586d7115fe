import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { loadOutputSchema, PackageDirectoryLoader } from 'n8n-core';
import type { INodePropertyOptions, INodeTypeDescription, Themed } from 'n8n-workflow';

import sourceManifest from '../../package.json';
import { jobItemSchema, schemaOf } from '../../scripts/schema/jobItem.mts';
import { credentialTypes, nodeTypes } from '../../scripts/sources.mts';
import { useUnpackedPackage } from './unpacked.mts';

const unpacked = useUnpackedPackage();
const read = (file: string) => readFileSync(join(unpacked().folder, file), 'utf8');

/** Written by n8n's loader where it found an icon. */
type WithIconUrl = { iconUrl?: Themed<string> };

describe('what n8n finds in the package', () => {
	let loader: PackageDirectoryLoader;
	beforeAll(async () => {
		loader = new PackageDirectoryLoader(unpacked().folder);
		await loader.loadAll();
	});
	const loadedNode = (name: string) =>
		loader.nodeTypes[name].type.description as INodeTypeDescription & WithIconUrl;

	it('every node, by its name', () => {
		expect(Object.keys(loader.nodeTypes).sort()).toEqual(Object.keys(nodeTypes).sort());
	});

	it('every credential, by its name', () => {
		expect(Object.keys(loader.credentialTypes).sort()).toEqual(Object.keys(credentialTypes).sort());
	});

	it('every credential is used by some node', () => {
		for (const name of Object.keys(credentialTypes)) {
			const { supportedNodes = [] } = loader.known.credentials[name];
			expect([name, supportedNodes.length > 0]).toEqual([name, true]);
		}
	});

	it.each(Object.keys(nodeTypes))('%s: icons in both themes, and what it is found by', (name) => {
		const { iconUrl, codex } = loadedNode(name);
		expectIcons(iconUrl);
		expect(codex?.categories?.length).toBeGreaterThan(0);
		expect(codex?.alias?.length).toBeGreaterThan(0);
		expect(codex?.resources?.primaryDocumentation?.[0].url).toMatch(/^https:/);
	});

	it.each(Object.keys(nodeTypes))('%s: the codex is its own', (name) => {
		const path = loader.nodeTypes[name].sourcePath.replace(/\.js$/, '.json');
		expect(JSON.parse(read(path))).toMatchObject({ node: `${sourceManifest.name}.${name}` });
	});

	it.each(Object.keys(credentialTypes))('%s: icons in both themes', (name) => {
		expectIcons((loader.credentialTypes[name].type as WithIconUrl).iconUrl);
	});

	it('the compiled nodes are the sources', () => {
		for (const [name, Type] of Object.entries(nodeTypes)) {
			const { properties, credentials, displayName } = new Type().description;
			const loaded = loadedNode(name);
			expect(JSON.parse(JSON.stringify(loaded))).toMatchObject(
				JSON.parse(JSON.stringify({ credentials, displayName })) as object,
			);
			const names = loaded.properties.map((field) => field.name);
			expect(names).toEqual(expect.arrayContaining(properties.map((field) => field.name)));
		}
	});

	const outputs = Object.entries(nodeTypes).flatMap(([name, Type]) => {
		const { version, properties } = new Type().description;
		const operations = properties
			.filter((field) => field.name === 'operation')
			.flatMap(({ displayOptions, options }) =>
				(options as INodePropertyOptions[]).map(
					({ value }) => [displayOptions?.show?.resource?.[0], value] as const,
				),
			);
		return [version].flat().map((one) => [name, one, operations] as const);
	});

	it.each(outputs)('%s %s: the editor can preview every output', (name, version, operations) => {
		const path = join(unpacked().folder, loader.nodeTypes[name].sourcePath);
		const shipped = (resource?: string, operation?: string) =>
			loadOutputSchema({ nodeDir: dirname(path), version, resource, operation });
		if (operations.length === 0) expect(shipped()).toEqual(jobItemSchema);
		for (const [resource, operation] of operations) {
			const path = `${String(resource)}/${String(operation)}`;
			expect([path, shipped(String(resource), String(operation))]).toEqual([path, schemaOf(path)]);
		}
	});

	function expectIcons(iconUrl?: Themed<string>) {
		const icons = typeof iconUrl === 'object' ? [iconUrl.light, iconUrl.dark] : [iconUrl];
		expect(new Set(icons).size).toBe(2);
		for (const icon of icons) {
			const path = String(icon).replace(`icons/${sourceManifest.name}/`, '');
			expect(existsSync(join(unpacked().folder, path))).toBe(true);
			expect(read(path)).toMatch(/^(<\?xml[^>]*>\s*)?<svg\b/);
		}
	}
});

describe('what is in the package', () => {
	it('the build and what npm always adds, nothing else', () => {
		const others = unpacked().files.filter((file) => !file.startsWith('dist/'));
		const expected = ['LICENSE', 'README.md', 'package.json'];
		// npm adds a change log in some versions.
		expect(others.filter((file) => file !== 'CHANGELOG.md')).toEqual(expected);
	});

	it('nothing that was not built from nodes, credentials and icons', () => {
		const strange = unpacked()
			.files.filter((file) => file.startsWith('dist/'))
			.filter((file) => !/^dist\/(nodes|credentials|icons)\//.test(file));
		expect(strange).toEqual([]);
	});

	it('no tests, sources, secrets or left-overs', () => {
		const strange =
			/(^|\/)(test|tests|__tests__|sandbox|demo|scripts|\.[^/]+)(\/|$)|\.test\.|\.mts$/;
		const files = unpacked().files;
		expect(files.filter((file) => strange.test(file))).toEqual([]);
		// A declaration is TypeScript, too, and n8n's scanner takes one for a misnamed credential.
		expect(
			files.filter((file) => /tsbuildinfo|\.(ts|map|env|pem|key|log|bak)$/.test(file)),
		).toEqual([]);
		expect(files.filter((file) => /^dist\/(package|tsconfig)/.test(file))).toEqual([]);
	});

	it('every entry stays below its folder', () => {
		const { entries } = unpacked();
		expect(entries.filter((path) => !path.startsWith('package/') || path.includes('..'))).toEqual(
			[],
		);
	});

	it('no path of the machine that built it', () => {
		const found = unpacked()
			.files.filter((file) => /\.(js|json)$/.test(file))
			.filter((file) => read(file).includes(process.cwd()));
		expect(found).toEqual([]);
	});

	it('it is small', () => {
		expect(unpacked().bytes).toBeLessThanOrEqual(100_000);
	});

	it('a manifest that installs nothing and runs nothing', () => {
		const packed = JSON.parse(read('package.json')) as typeof sourceManifest;
		expect(packed).not.toHaveProperty('dependencies');
		expect(packed).not.toHaveProperty('optionalDependencies');
		expect(packed).not.toHaveProperty('bundleDependencies');
		expect(packed.n8n).toEqual(sourceManifest.n8n);
		const lifecycle = /^(pre|post)?(install|uninstall|prepare|prepack|publish|pack|dependencies)$/;
		expect(Object.keys(packed.scripts ?? {}).filter((name) => lifecycle.test(name))).toEqual([]);
		// The one that n8n's starter has: npm runs it for the publisher alone, where it sends people to the workflow.
		expect(packed.scripts.prepublishOnly).toBe('n8n-node prerelease');
		expect(packed.scripts.release).toBe('n8n-node release');
	});

	it('code that asks for nothing but n8n-workflow, node:crypto and its own files', () => {
		const asked = unpacked()
			.files.filter((file) => file.endsWith('.js'))
			.flatMap((file) =>
				[...read(file).matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name),
			);
		const outside = new Set(asked.filter((name) => !name.startsWith('.')));
		expect([...outside].sort()).toEqual(['n8n-workflow', 'node:crypto']);
	});
});
