import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../scripts/folders.mts';

const mirrors = [
	{ tests: 'test/unit', sources: 'nodes/shared' },
	{ tests: 'test/nodes', sources: 'nodes' },
];

/** Test files in a room that are not named after a source file of the same room. */
const strangersIn = (paths: string[], isThere: (source: string) => boolean) =>
	paths.filter((path) =>
		mirrors.some(({ tests, sources }) => {
			const [, room] = new RegExp(`^${tests}/(.+/.+)\\.test\\.mts$`).exec(path) ?? [];
			return room !== undefined && !isThere(`${sources}/${room}.ts`);
		}),
	);

const testFiles = globSync('test/**/*.mts', { cwd: ROOT }).sort();

it('a unit test stands in the room and has the name of the file that it tests', () => {
	expect(strangersIn(testFiles, (source) => existsSync(join(ROOT, source)))).toEqual([]);
	const unit = globSync('test/unit/*.test.mts', { cwd: ROOT });
	expect({ inNoRoom: unit }).toEqual({ inNoRoom: [] });
});

it('a test that is named after no file would be found', () => {
	const strangers = ['test/unit/time/clock.test.mts', 'test/nodes/XVeo/properties.test.mts'];
	const others = ['test/unit/time/retry.test.mts', 'test/nodes/verified.test.mts'];
	const sources = ['nodes/shared/time/retry.ts'];
	const found = strangersIn([...strangers, ...others], (source) => sources.includes(source));
	expect(found).toEqual(strangers);
});

it('no file of the tests is longer than 400 lines', () => {
	const lines = (path: string) => readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n');
	expect(testFiles.filter((path) => lines(path).length > 400)).toEqual([]);
});
