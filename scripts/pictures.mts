// npm run pictures [-- first-video-form …]: the pictures of the documents, taken of the real editor.
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';

import { runCommand } from './command.mts';
import { ROOT } from './folders.mts';
import { entryOf, IMAGES, MAX_BYTES, pictures, TAKEN } from './pictures/list.mts';

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(pictures);
const unknown = chosen.find((entry) => !(entry in pictures));
if (unknown) {
	console.error(
		`There is no "${unknown}". Choose ${Object.keys(pictures).join(', ')}, or nothing.`,
	);
	process.exit(2);
}

/** The names of the pictures in a folder that were chosen. */
async function chosenIn(folder: string): Promise<string[]> {
	const names = (await readdir(folder)).map((file) => parse(file).name);
	return names.filter((name) => chosen.includes(entryOf(name) ?? ''));
}

const fileOf = (folder: string, name: string) => join(folder, `${name}.png`);

const tests = [...new Set(chosen.map((entry) => pictures[entry]))].join('|');
const run = [join(ROOT, 'scripts/run.mjs'), join(ROOT, 'scripts/test.mts'), 'browser', tests];
try {
	await runCommand(process.execPath, run, { cwd: ROOT, onLine: (line) => console.log(line) });
} catch {
	console.error('The tests that take them have failed; no picture was changed.');
	process.exit(1);
}

const taken = await chosenIn(TAKEN);
const missing = chosen.filter((entry) => !taken.some((name) => entryOf(name) === entry));
const large = [];
for (const name of taken) {
	if ((await stat(fileOf(TAKEN, name))).size > MAX_BYTES) large.push(name);
}
if (missing.length + large.length > 0) {
	if (missing.length > 0) console.error(`The tests took no picture of ${missing.join(', ')}.`);
	if (large.length > 0) console.error(`Over ${MAX_BYTES / 1000} KB: ${large.join(', ')}.`);
	process.exit(1);
}
await mkdir(IMAGES, { recursive: true });
// What a set does not have any more goes.
for (const name of await chosenIn(IMAGES)) await rm(fileOf(IMAGES, name));
for (const name of taken) await copyFile(fileOf(TAKEN, name), fileOf(IMAGES, name));
console.log(`docs/images: ${taken.join(', ')}. Look at each of them before you commit it.`);
