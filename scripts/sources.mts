import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { ICredentialType, INodeType, INodeTypeDescription } from 'n8n-workflow';

import manifest from '../package.json' with { type: 'json' };
import { ROOT } from './folders.mts';

const load = createRequire(import.meta.url);

type Class<Instance> = new () => Instance;

/** The sources behind package.json's n8n section, so that nothing keeps a list of its own. */
const classes = <Instance,>(files: string[]): Record<string, Class<Instance>> =>
	Object.fromEntries(
		files.map((file) => {
			const source = file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
			const className = source.split('/').at(-1)?.split('.')[0] ?? '';
			const exported = load(join(ROOT, source)) as Record<string, Class<Instance>>;
			return [className[0].toLowerCase() + className.slice(1), exported[className]];
		}),
	);

export const nodeTypes = classes<INodeType>(manifest.n8n.nodes);
export const credentialTypes = classes<ICredentialType>(manifest.n8n.credentials);

/** What a node is saved as when it is added today. */
export const newestVersion = ({ version }: Pick<INodeTypeDescription, 'version'>): number =>
	Math.max(...[version].flat());
