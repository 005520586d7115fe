import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { INodePropertyOptions, INodeType, INodeTypeDescription } from 'n8n-workflow';

import manifest from '../../package.json' with { type: 'json' };
import { ROOT } from '../folders.mts';
import { schemaOf } from './jobItem.mts';

// Writes `__schema__` beside the compiled nodes: what the editor shows of an output before the first run.
// Takes the folder of the package; the repository is the default.
const [packageFolder = ROOT] = process.argv.slice(2);
const load = createRequire(import.meta.url);

/** As n8n spells it in the path: 1.1 is 1.1.0. */
const folderOf = (version: number) =>
	`v${[...String(version).split('.'), '0', '0'].slice(0, 3).join('.')}`;

/** `video/generate`; a trigger has no operation, and one file for each version. */
function operationsOf({ properties }: INodeTypeDescription): string[] {
	const paths = properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			(displayOptions?.show?.resource ?? []).flatMap((resource) =>
				(options as INodePropertyOptions[]).map(({ value }) => `${String(resource)}/${value}`),
			),
		);
	return [...new Set(paths)];
}

for (const file of manifest.n8n.nodes) {
	const path = join(packageFolder, file);
	const [Type] = Object.values(load(path) as Record<string, new () => INodeType>);
	const description = new Type().description as INodeTypeDescription;
	const operations = operationsOf(description);
	for (const version of [description.version].flat()) {
		const folder = join(dirname(path), '__schema__', folderOf(version));
		for (const operation of operations.length > 0 ? operations : [undefined]) {
			const name = operation === undefined ? folder : join(folder, operation);
			await mkdir(dirname(name), { recursive: true });
			await writeFile(`${name}.json`, JSON.stringify(schemaOf(operation)));
		}
	}
}
