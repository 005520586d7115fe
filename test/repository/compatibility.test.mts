import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { ROOT } from '../../scripts/folders.mts';
import { N8N_VERSION, N8N_VERSIONS } from '../../scripts/n8n/install.mts';
import { testedOn } from '../../scripts/n8n/tested.mts';

const folder = join(ROOT, 'test', 'e2e');

it('every n8n is pinned, newest first, and has tests', () => {
	const inOrder = [...N8N_VERSIONS].sort((one, other) =>
		other.localeCompare(one, 'en', { numeric: true }),
	);
	expect(N8N_VERSIONS).toEqual(inOrder);
	for (const version of N8N_VERSIONS) {
		const pinned = join(ROOT, 'scripts', 'n8n', 'versions', version, 'pnpm-lock.yaml');
		expect({ version, isPinned: existsSync(pinned) }).toEqual({ version, isPinned: true });
		expect(Object.values(testedOn).flat()).toContain(version);
	}
});

it('the tests run on the versions that the table in docs/compatibility.md names', () => {
	const used = globSync('*.test.mts', { cwd: folder }).flatMap((file) => {
		const [, name] =
			/^describe\.each\((.+?)\)\('on n8n %s/m.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
		return name === undefined ? [] : [[basename(file, '.test.mts'), name]];
	});
	const named = Object.keys(testedOn).map((file) => [file, `testedOn.${file}`]);
	expect(used.sort()).toEqual(named.sort());
	for (const versions of Object.values(testedOn)) expect(versions).toContain(N8N_VERSION);
});
