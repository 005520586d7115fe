import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../../scripts/folders.mts';
import { generatedFiles } from '../../scripts/generated.mts';

it('what is generated is what stands in the repository', async () => {
	const stale: string[] = [];
	for (const [path, text] of await generatedFiles()) {
		const committed = await readFile(join(ROOT, path), 'utf8').catch(() => undefined);
		if (committed !== text) stale.push(path);
	}
	if (stale.length > 0) {
		throw new Error(`Run \`npm run generate\` and look at what it changes in ${stale.join(', ')}.`);
	}
});
