import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from './folders.mts';

interface Generator {
	/** Text by the file's path in the repository. */
	files(): Promise<Record<string, string>>;
}

/** What the generators in `scripts/generate/` write, each file under its path. */
export async function generatedFiles(): Promise<Map<string, string>> {
	const texts = new Map<string, string>();
	for (const name of (await readdir(join(ROOT, 'scripts/generate'))).sort()) {
		const { files } = (await import(`./generate/${name}`)) as Generator;
		for (const [path, text] of Object.entries(await files())) {
			if (texts.has(path)) throw new Error(`Two generators write ${path}`);
			texts.set(path, text);
		}
	}
	return texts;
}
