import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, parse, relative } from 'node:path';

import { ROOT } from '../../scripts/folders.mts';
import { entryOf, IMAGES, MAX_BYTES, pictures } from '../../scripts/pictures/list.mts';

const folder = relative(ROOT, IMAGES);
const files = globSync(`${folder}/*`, { cwd: ROOT }).sort();

const documents = globSync('{*,docs/**/*}.md', { cwd: ROOT });
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The pictures of a document: path from the root, and what is read aloud in their place. */
const shownIn = (document: string) =>
	[...textOf(document).matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, alt, path]) => ({
		document,
		alt,
		path: join(dirname(document), path),
	}));
const shown = documents.flatMap(shownIn);

it('each picture that a document shows can be taken again by `npm run pictures`', () => {
	expect(shown.length).toBeGreaterThanOrEqual(5);
	const strange = shown.filter(
		({ path }) => dirname(path) !== folder || entryOf(parse(path).name) === undefined,
	);
	expect(strange).toEqual([]);
});

it('docs/images holds what the documents show, and nothing else', () => {
	expect([...new Set(shown.map(({ path }) => path))].sort()).toEqual(files);
});

it('each picture in the list of `npm run pictures` is there', () => {
	const there = files.map((file) => entryOf(parse(file).name));
	expect(Object.keys(pictures).filter((entry) => !there.includes(entry))).toEqual([]);
});

it('each picture is a small PNG', () => {
	const large = files.filter(
		(file) => !file.endsWith('.png') || statSync(join(ROOT, file)).size > MAX_BYTES,
	);
	expect(large).toEqual([]);
});

it('the words for those who do not see a picture are whole sentences', () => {
	const clipped = shown.filter(({ alt }) => !/^[A-Z“].{20,}\.$/.test(alt));
	expect(clipped).toEqual([]);
});

it('each picture is taken by one line in the browser tests', () => {
	const takers = globSync('test/browser/*.mts', { cwd: ROOT }).map(textOf).join('\n');
	const taken = [...takers.matchAll(/takePicture\(\s*['`]([\w-]+)/g)].map(([, name]) => name);
	const names = Object.keys(pictures).map((entry) => entry.replace(/\*$/, ''));
	expect(taken.sort()).toEqual(names.sort());
});
