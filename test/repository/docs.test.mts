import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { nodeSources } from '../nodeSources.mts';
import { otherWordsIn } from '../vocabulary.mts';

const root = join(__dirname, '../..');

const documents = [
	'README.md',
	'CONTRIBUTING.md',
	'SECURITY.md',
	...globSync('docs/**/*.md', { cwd: root }),
].sort();

const textOf = (document: string) => readFileSync(join(root, document), 'utf8');

/** The text without its code blocks: trees, diagrams and samples are no lists of paths. */
const proseOf = (text: string) => text.replace(/^```.*?^```/gms, '');

/** What links lead to in this repository. */
const linksIn = (text: string) =>
	[...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
		.map(([, link]) => link)
		.filter((link) => !/^[a-z]+:/i.test(link));

const endings = /\.(m?[jt]s|json|md|svg|csv|ya?ml)$/;

const folders = readdirSync(root, { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.map(({ name }) => name);

/** Code that is a path: with a slash or an ending at its end, or with a folder of the root in front. */
const pathsIn = (text: string) =>
	[...proseOf(text).matchAll(/`([^`\n]+)`/g)]
		.map(([, code]) => code)
		.filter((code) => /^[\w.@-]+(\/[\w.@-]+)*\/?$/.test(code))
		.filter((code) => {
			const [first, ...rest] = code.split('/');
			return /\/$/.test(code) || endings.test(code) || (rest.length > 0 && folders.includes(first));
		})
		// What a run makes, and the provider that "Add a provider" adds.
		.filter((code) => !/^(output|dist|\.cache)\/|sixth/i.test(code));

/** Paths count from the root, or from the core; GitHub's workflows go by their file names. */
const exists = (path: string) =>
	['', 'nodes/shared', '.github/workflows'].some((base) => existsSync(join(root, base, path)));

/** Headings as GitHub names them in an address. */
const anchorsOf = (text: string) =>
	[...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\w\s-]/g, '')
			.replace(/\s/g, '-'),
	);

function isDead(target: string, anchor?: string): boolean {
	if (!existsSync(join(root, target))) return true;
	return anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor);
}

describe.each(documents)('%s', (document) => {
	const text = textOf(document);

	it('links to files, and to headings in them, that are there', () => {
		const dead = linksIn(text).filter((link) => {
			const [path, anchor] = link.split('#');
			return isDead(path === '' ? document : join(dirname(document), path), anchor);
		});
		expect(dead).toEqual([]);
	});

	it('names files and folders that are there', () => {
		expect(pathsIn(text).filter((path) => !exists(path))).toEqual([]);
	});
});

it('the look at paths and links sees them', () => {
	const sample =
		'[a](gone.md#part) [b](https://example.com/x.md) `job/submit.ts` `nodes/gone` `gone.ts` `a/b` `npm test`\n```\n`x.ts`\n```\n';
	expect(linksIn(sample)).toEqual(['gone.md#part']);
	expect(pathsIn(sample)).toEqual(['job/submit.ts', 'nodes/gone', 'gone.ts']);
	expect(pathsIn(sample).map(exists)).toEqual([true, false, false]);
	expect(anchorsOf('## Who may import whom?\n')).toEqual(['who-may-import-whom']);
});

it.each(globSync('nodes/*/*.node.json', { cwd: root }))(
	'the help that %s leads to in this repository is there',
	(codex) => {
		const { homepage } = JSON.parse(textOf('package.json')) as { homepage: string };
		const [repository] = homepage.split('#');
		const own = [...textOf(codex).matchAll(/"url": "([^"]+)"/g)]
			.map(([, url]) => url)
			.filter((url) => url.startsWith(repository))
			.map((url) => url.slice(repository.length).replace('/blob/main/', ''));
		const dead = own.filter((link) => {
			const [path, anchor] = link.split('#');
			return isDead(path || 'README.md', anchor === 'readme' ? undefined : anchor);
		});
		expect(dead).toEqual([]);
	},
);

/** Those for users; code and what stands in it have words of their own. */
const forUsers = ['CHANGELOG.md', ...documents].filter(
	(document) => !/CONTRIBUTING|decisions|architecture|benchmarks|releasing/.test(document),
);

it.each(forUsers)('one thing has one word in %s', (document) => {
	const lines = proseOf(textOf(document))
		.replace(/`[^`\n]*`/g, '')
		.split('\n');
	expect(lines.flatMap(otherWordsIn)).toEqual([]);
});

it('the README can be read in one go, and leads to each page once', () => {
	const readme = textOf('README.md');
	expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
	// Releasing is for the owner of the repository; CONTRIBUTING leads there.
	const pages = globSync('docs/*.md', { cwd: root }).filter((page) => !/releasing/.test(page));
	expect(pages.length).toBeGreaterThan(5);
	const linked = linksIn(readme).filter((link) => /^docs\/[\w-]+\.md$/.test(link));
	expect(linked.sort()).toEqual(pages.sort());
});

it('every decision is in the index, under its own title', () => {
	const index = textOf('docs/decisions/README.md');
	const pages = globSync('docs/decisions/[0-9]*.md', { cwd: root }).sort();
	expect(pages.length).toBeGreaterThan(0);
	for (const [position, page] of pages.entries()) {
		const file = page.slice('docs/decisions/'.length);
		const [, number, title] = /^# (\d+)\. (.+)\n/.exec(textOf(page)) ?? [];
		expect([file, number]).toEqual([file, String(position + 1)]);
		expect(file).toMatch(new RegExp(`^${number.padStart(4, '0')}-`));
		expect(index).toContain(`| ${number} | [${title}](${file}) |`);
	}
});

it.each(['CHANGELOG.md', ...documents])('%s has no leftovers of a merge', (document) => {
	expect(textOf(document).match(/^(<{7}|>{7}) .*$/gm) ?? []).toEqual([]);
});

describe('the table of rooms in docs/architecture.md', () => {
	const namesIn = (cell: string) =>
		(cell.match(/`[^`]+`|provider files|nodes/g) ?? []).map((name) => name.replaceAll('`', ''));

	const table =
		/^## Who may import whom\n(.*?)^## /ms.exec(textOf('docs/architecture.md'))?.[1] ?? '';

	/** Room and what it imports. */
	const rows = table
		.split('\n')
		.filter((line) => line.startsWith('| ') && !/^\| (Room|---)/.test(line))
		.map((line) => line.split('|').map((cell) => cell.trim()))
		.map(([, room, , imported]) => [namesIn(room)[0], namesIn(imported).sort()] as const);

	function roomOf(path: string): string {
		const [folder, ...rest] = path.split('/');
		if (folder === 'shared') return rest.length > 1 ? `${rest[0]}/` : rest[0];
		return /Trigger$/.test(folder) || path.endsWith('.node.ts') ? 'nodes' : 'provider files';
	}

	/** The other rooms that the sources of a room import; the contract is everybody's. */
	const importsOf = (room: string) => {
		const rooms = nodeSources
			.filter(({ path }) => roomOf(path) === room)
			.flatMap(({ imports }) => imports.map(({ target }) => target))
			.filter((target) => target.endsWith('.ts') && target !== 'shared/types.ts')
			.map(roomOf);
		return [...new Set(rooms)].filter((other) => other !== room).sort();
	};

	it('has every room', () => {
		const rooms = new Set(nodeSources.map(({ path }) => roomOf(path)));
		rooms.delete('types.ts');
		expect(rows.map(([room]) => room).sort()).toEqual([...rooms].sort());
	});

	it.each(rows)('says what %s imports', (room, imported) => {
		expect(importsOf(room)).toEqual(imported);
	});
});

it('the attacks in SECURITY.md are as many as it says', () => {
	const groups = [...textOf('SECURITY.md').matchAll(/^\| ([^|]+): (\d+) \| ([^|]+) \|$/gm)];
	const counted = groups.map(([, name, , attacks]) => [name, attacks.split('; ').length]);
	expect(counted).toEqual(groups.map(([, name, said]) => [name, Number(said)]));
	expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBeGreaterThanOrEqual(40);
});
