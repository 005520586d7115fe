import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ROOT } from './folders.mts';
import { generatedFiles } from './generated.mts';

for (const [path, text] of await generatedFiles()) {
	const file = join(ROOT, path);
	const before = await readFile(file, 'utf8').catch(() => undefined);
	if (before === text) continue;
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, text);
	console.log(`${path} ${before === undefined ? 'is new' : 'has changed'}`);
}
