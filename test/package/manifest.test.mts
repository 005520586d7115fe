import { existsSync } from 'node:fs';
import { join } from 'node:path';

import manifest from '../../package.json';
import { providers } from '../../nodes/shared/registry';
import { credentialTypes, nodeTypes } from '../../scripts/sources.mts';
import { filesIn } from './unpacked.mts';

const root = join(__dirname, '../..');

/** What the manifest should list for the sources of a kind. */
const sourcesOf = (folder: string, ending: RegExp) =>
	filesIn(join(root, folder))
		.filter((file) => ending.test(file))
		.map((file) => `dist/${folder}/${file.replace(/\.ts$/, '.js')}`);

describe('the manifest', () => {
	it.each([
		['node', 'nodes', /\.node\.ts$/, manifest.n8n.nodes],
		['credential', 'credentials', /\.credentials\.ts$/, manifest.n8n.credentials],
	])('lists every %s there is, and no other', (_, folder, ending, listed) => {
		const sources = sourcesOf(folder, ending);
		expect({
			'not registered': sources.filter((file) => !listed.includes(file)),
			'without a source': listed.filter((file) => !sources.includes(file)),
			twice: listed.filter((file, index) => listed.indexOf(file) !== index),
		}).toEqual({ 'not registered': [], 'without a source': [], twice: [] });
	});

	it('every folder of a node is in the registry of providers, or serves them all', () => {
		const known = providers.map(({ credential }) => credential);
		for (const [name, Type] of Object.entries(nodeTypes)) {
			const asked = new Type().description.credentials?.map((entry) => entry.name) ?? [];
			expect([name, asked.filter((credential) => !known.includes(credential))]).toEqual([name, []]);
			expect([name, asked.length]).not.toEqual([name, 0]);
		}
	});

	it.each(providers.map((provider) => [provider.id, provider] as const))(
		'%s has its own node, with its icon in both themes',
		(id, { credential }) => {
			const own = Object.values(nodeTypes)
				.map((Type) => new Type().description)
				.filter(({ credentials }) => credentials?.length === 1)
				.filter(({ credentials }) => credentials?.[0].name === credential);
			expect(own.map(({ icon }) => icon)).toContainEqual({
				light: `file:../../icons/${id}.svg`,
				dark: `file:../../icons/${id}.dark.svg`,
			});
			expect(new credentialTypes[credential]().icon).toEqual({
				light: `file:../icons/${id}.svg`,
				dark: `file:../icons/${id}.dark.svg`,
			});
			for (const theme of ['', '.dark']) {
				expect(existsSync(join(root, 'icons', `${id}${theme}.svg`))).toBe(true);
			}
		},
	);

	it('asks for no more than n8n itself brings', () => {
		expect(manifest).not.toHaveProperty('dependencies');
		expect(manifest).not.toHaveProperty('optionalDependencies');
		expect(manifest).not.toHaveProperty('bundledDependencies');
		expect(manifest).not.toHaveProperty('overrides');
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	});

	it('is a community node’s', () => {
		expect(manifest.name).toBe('n8n-nodes-veo-reference-video');
		expect(manifest.keywords).toContain('n8n-community-node-package');
		expect(manifest.license).toBe('MIT');
		expect(manifest.n8n).toMatchObject({ n8nNodesApiVersion: 1, strict: true });
		expect(manifest).not.toHaveProperty('private');
	});
});
