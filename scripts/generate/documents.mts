import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { providers, providersThat } from '../../nodes/shared/registry.ts';
import type { VideoProvider } from '../../nodes/shared/types.ts';
import { sandboxProviders } from '../../sandbox/registry.mts';
import { ROOT } from '../folders.mts';
import { fillMarkers, inWords, markdownTable } from '../markers.mts';
import { keyVariables } from '../smoke/orders.mts';
import { credentialTypes, nodeTypes } from '../sources.mts';
import { compatibilityTable } from '../tables/compatibility.mts';
import { errorTable } from '../tables/errors.mts';
import {
	callbackWord,
	cancelWord,
	filesWord,
	megabytes,
	modelTable,
	overviewTable,
	priceTable,
} from '../tables/models.mts';

/** The parts of the documents that say what the registry says. */
export async function files(): Promise<Record<string, string>> {
	const parts: Record<string, Record<string, string>> = {
		'README.md': {
			...listsOf('providers', 'cancelers', 'recoverers', 'counters'),
			overview: overviewTable(),
			credentials: credentialTable(),
			errors: errorTable(),
		},
		'docs/callbacks.md': listsOf('callers', 'unconfirmed', 'others'),
		'docs/compatibility.md': { versions: compatibilityTable() },
		'docs/media.md': {
			...listsOf('withoutUpload'),
			uploads: inWords(
				providers.flatMap(({ displayName, upload }) =>
					upload ? [`${displayName} (${megabytes(upload.maxBytes)} each)`] : [],
				),
			),
		},
		'docs/models.md': {
			models: modelTable(),
			prices: priceTable(),
			capabilities: capabilityTable(),
		},
		'docs/releasing.md': { keys: keyVariables().map(code).join(' ') },
		'sandbox/README.md': {
			providers: inWords(sandboxProviders.map(({ displayName }) => displayName)),
			directives: directiveTable(),
		},
	};
	const documents = Object.entries(parts).map(async ([path, part]) => {
		const document = await readFile(join(ROOT, path), 'utf8');
		return [path, fillMarkers(document, part)] as const;
	});
	return Object.fromEntries(await Promise.all(documents));
}

const lists = {
	providers: () => true,
	callers: ({ callback }) => !!callback,
	others: ({ callback }) => !callback,
	unconfirmed: ({ callback }) => callback?.isDocumented === false,
	cancelers: ({ cancel }) => !!cancel,
	recoverers: ({ recover }) => !!recover,
	counters: ({ balance }) => !!balance,
	withoutUpload: ({ upload }) => !upload,
} satisfies Record<string, (provider: VideoProvider) => boolean>;

const listsOf = (...names: Array<keyof typeof lists>) =>
	Object.fromEntries(names.map((name) => [name, inWords(providersThat(lists[name]))]));

const code = (text: string) => `\`${text}\``;

function capabilityTable(): string {
	const rows = providers.map((provider) => [
		provider.displayName,
		`*${nodeOf(provider)}*`,
		callbackWord(provider),
		filesWord(provider),
		cancelWord(provider),
	]);
	return markdownTable([
		['Provider', 'Its own node', 'Calls back', 'Image files', 'Cancel'],
		...rows,
	]);
}

/** The node whose only credential is the provider's. */
function nodeOf({ id, credential }: VideoProvider): string {
	const own = Object.values(nodeTypes)
		.map((Type) => new Type().description)
		.find(({ credentials }) => credentials?.length === 1 && credentials[0].name === credential);
	if (!own) throw new Error(`package.json names no node of ${id}`);
	return own.displayName;
}

/** The key's field says where it comes from, and its hint, or a notice, what the test can tell. */
function credentialTable(): string {
	const rows = providers.map(({ displayName, credential }) => {
		const { displayName: name, properties } = new credentialTypes[credential]();
		const key = properties.find(({ name }) => name === 'apiKey');
		const check = key?.hint ?? properties.find(({ type }) => type === 'notice')?.displayName;
		if (!key?.description || !check) {
			throw new Error(
				`${credential}: apiKey needs a description (where it comes from) and a hint (what the test checks)`,
			);
		}
		return [displayName, name, key.description, check];
	});
	return markdownTable([['Provider', 'Credential', 'The key', 'What the test checks'], ...rows]);
}

function directiveTable(): string {
	const rows = sandboxProviders
		.filter(({ directives }) => Object.keys(directives).length > 0)
		.map(({ displayName, directives }) => [
			displayName,
			Object.keys(directives).map(code).join(' '),
		]);
	return markdownTable([['provider', ''], ...rows]);
}
