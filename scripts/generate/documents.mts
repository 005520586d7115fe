import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { providers, providersThat } from '../../nodes/shared/registry.ts';
import type { Lifecycle, ModelSpec, VideoProvider } from '../../nodes/shared/types.ts';
import { sandboxProviders } from '../../sandbox/registry.mts';
import { ROOT } from '../folders.mts';
import { fillMarkers, inWords, markdownTable } from '../markers.mts';
import { keyVariables } from '../smoke/orders.mts';
import { credentialTypes, nodeTypes } from '../sources.mts';

/** The parts of the documents that say what the registry says. */
export async function files(): Promise<Record<string, string>> {
	const parts: Record<string, Record<string, string>> = {
		'README.md': {
			...Object.fromEntries(
				Object.entries(lists).map(([name, can]) => [name, inWords(providersThat(can))]),
			),
			uploads: inWords(
				providers.flatMap(({ displayName, upload }) =>
					upload ? [`${displayName} (${megabytes(upload.maxBytes)} each)`] : [],
				),
			),
			models: modelTable(),
			prices: priceTable(),
			capabilities: capabilityTable(),
			credentials: credentialTable(),
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

const lists: Record<string, (provider: VideoProvider) => boolean> = {
	providers: () => true,
	callers: ({ callback }) => !!callback,
	others: ({ callback }) => !callback,
	unconfirmed: ({ callback }) => callback?.isDocumented === false,
	cancelers: ({ cancel }) => !!cancel,
	recoverers: ({ recover }) => !!recover,
	counters: ({ balance }) => !!balance,
	withoutUpload: ({ upload }) => !upload,
};

const code = (text: string) => `\`${text}\``;

const megabytes = (bytes: number) => `${bytes / 1024 / 1024} MB`;

const rangeOf = ({ min, max }: ModelSpec['images']) => (min === max ? min : `${min}–${max}`);

const states: Record<Lifecycle['state'], string> = {
	upstream_retired: 'preview ended by Google',
	deprecated: 'deprecated',
	retired: 'withdrawn',
};

function endOf(lifecycle?: Lifecycle): string {
	if (!lifecycle) return '';
	const { state, since, successor, source } = lifecycle;
	const end = `[${states[state]} ${since}](${source})`;
	return successor ? `${end}, successor \`${successor}\`` : end;
}

/** Many numbers in a row are a range. */
function secondsOf(durations: readonly number[]): string {
	const [first] = durations;
	const isRange = durations.every((seconds, index) => seconds === first + index);
	return isRange && durations.length > 2 ? `${first}–${durations.at(-1)}` : durations.join(', ');
}

function modelTable(): string {
	const rows = providers.flatMap(({ displayName, models }) =>
		models.map(({ id, images, aspectRatios, resolutions, durations, lifecycle }) => [
			displayName,
			`\`${id}\``,
			rangeOf(images),
			...[aspectRatios, resolutions].map((values) => values.join(', ')),
			secondsOf(durations),
			endOf(lifecycle),
		]),
	);
	const head = ['Provider', 'Model', 'Images', 'Aspect ratio', 'Resolution', 'Seconds', 'Its end'];
	return markdownTable([head, ...rows]);
}

const dollars = new Intl.NumberFormat('en', {
	minimumFractionDigits: 2,
	maximumFractionDigits: 4,
});

function priceTable(): string {
	const rows = providers.flatMap((provider) =>
		provider.models.flatMap((model) =>
			pricesOf(provider, model).map((row) => [`\`${model.id}\` (${provider.displayName})`, ...row]),
		),
	);
	return markdownTable([['Model', 'Format', 'Silent', 'With audio'], ...rows]);
}

/** Resolutions at the same price share a row. */
function pricesOf({ displayName, prices }: VideoProvider, model: ModelSpec): string[][] {
	const { price, modes = [''], resolutions } = model;
	if (!price) {
		const where = prices ? `${displayName} is asked each time` : 'not published';
		return [['all', where, where]];
	}
	return modes.flatMap((mode) => {
		const rows = new Map<string, string[]>();
		for (const resolution of resolutions) {
			const second = price({ resolution, mode });
			const amounts = second ? [second.silent, second.audio] : [];
			const row = amounts.map((amount) => dollars.format(amount));
			const key = JSON.stringify(second ? row : ['not published', 'not published']);
			rows.set(key, [...(rows.get(key) ?? []), resolution]);
		}
		return [...rows].map(([key, shared]) => {
			const format = [mode, shared.join(', ')].filter(Boolean).join(', ');
			return [format, ...(JSON.parse(key) as string[])];
		});
	});
}

function capabilityTable(): string {
	const rows = providers.map((provider) => {
		const { displayName, callback, upload, cancel } = provider;
		return [
			displayName,
			`*${nodeOf(provider)}*`,
			callbackWord(callback),
			upload ? `up to ${megabytes(upload.maxBytes)}` : 'by URL only',
			cancel ? 'yes' : 'no',
		];
	});
	return markdownTable([
		['Provider', 'Its own node', 'Calls back', 'Image files', 'Cancel'],
		...rows,
	]);
}

function callbackWord(callback: VideoProvider['callback']): string {
	if (!callback) return 'no';
	if (!callback.isDocumented) return 'unconfirmed';
	return callback.signing ? 'yes, signed' : 'yes';
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
		const { properties } = new credentialTypes[credential]();
		const key = properties.find(({ name }) => name === 'apiKey');
		const check = key?.hint ?? properties.find(({ type }) => type === 'notice')?.displayName;
		if (!key?.description || !check) {
			throw new Error(
				`${credential}: apiKey needs a description (where it comes from) and a hint (what the test checks)`,
			);
		}
		return [displayName, `\`${credential}\``, key.description, check];
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
