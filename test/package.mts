import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { ICredentialType, INodeType, INodeTypeDescription } from 'n8n-workflow';

import manifest from '../package.json';

const root = join(__dirname, '..');
const load = createRequire(__filename);

type Class<Instance> = new () => Instance;

/** The sources behind package.json's n8n section, so that no test keeps a list of its own. */
const classes = <Instance,>(files: string[]): Record<string, Class<Instance>> =>
	Object.fromEntries(
		files.map((file) => {
			const source = file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
			const className = source.split('/').at(-1)?.split('.')[0] ?? '';
			const exported = load(join(root, source)) as Record<string, Class<Instance>>;
			return [className[0].toLowerCase() + className.slice(1), exported[className]];
		}),
	);

export const nodeTypes = classes<INodeType>(manifest.n8n.nodes);
export const credentialTypes = classes<ICredentialType>(manifest.n8n.credentials);

/** What a node is saved as when it is added today. */
export const newestVersion = ({ version }: Pick<INodeTypeDescription, 'version'>): number =>
	Math.max(...[version].flat());
