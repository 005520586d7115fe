import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { providers } from '../../nodes/shared/registry';
import { nodeTypes } from '../../scripts/sources.mts';

/**
 * The categories that n8n's lint rule `valid-node-categories` accepts, without `AI`: the editor's
 * search hides a node of that category unless it is one of n8n's own root nodes.
 */
const CATEGORIES = [
	'Analytics',
	'Communication',
	'Data & Storage',
	'Development',
	'Finance & Accounting',
	'Marketing & Content',
	'Miscellaneous',
	'Productivity',
	'Sales',
	'Utility',
];

interface Codex {
	node: string;
	categories: string[];
	alias: string[];
	subcategories?: unknown;
}

describe.each(Object.entries(nodeTypes))('%s', (name, Type) => {
	const className = name[0].toUpperCase() + name.slice(1);
	const file = join(__dirname, '../../nodes', className, `${className}.node.json`);
	const codex = JSON.parse(readFileSync(file, 'utf8')) as Codex;
	const { credentials = [] } = new Type().description;

	it('has its codex file', () => {
		expect(codex.node).toBe(`n8n-nodes-veo-reference-video.${name}`);
	});

	it('has categories under which the editor shows it', () => {
		expect(codex.categories).not.toEqual([]);
		expect(codex.categories.filter((category) => !CATEGORIES.includes(category))).toEqual([]);
		expect(codex).not.toHaveProperty('subcategories');
	});

	it('is found by what it does and by each provider that it serves', () => {
		const served = providers.filter(({ credential }) =>
			credentials.some((asked) => asked.name === credential),
		);
		const words = served.flatMap(({ id, displayName }) => [id, displayName]);
		// The search takes part of an alias, in any case.
		const missing = ['veo', 'video', 'reference', ...words].filter(
			(word) => !codex.alias.some((alias) => alias.toLowerCase().includes(word.toLowerCase())),
		);
		expect(missing).toEqual([]);
	});
});
