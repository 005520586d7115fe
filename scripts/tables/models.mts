import { optionName } from '../../nodes/shared/description/optionNames.ts';
import { providers } from '../../nodes/shared/registry.ts';
import type { Lifecycle, ModelSpec, SecondPrice, VideoProvider } from '../../nodes/shared/types.ts';
import { markdownTable } from '../markers.mts';

export const megabytes = (bytes: number) => `${bytes / 1024 / 1024} MB`;

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

export function modelTable(): string {
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

export function priceTable(): string {
	const rows = providers.flatMap((provider) =>
		provider.models.flatMap((model) =>
			pricesOf(provider, model).map((row) => [`\`${model.id}\` (${provider.displayName})`, ...row]),
		),
	);
	return markdownTable([['Model', 'Format', 'Without audio', 'With audio'], ...rows]);
}

/** Where no price stands in the package. */
const whoTells = ({ displayName, prices }: VideoProvider) =>
	prices ? `${displayName} is asked each time` : 'not published';

/** Resolutions at the same price share a row. */
function pricesOf(provider: VideoProvider, model: ModelSpec): string[][] {
	const { price, modes = [''], resolutions } = model;
	if (!price) {
		const where = whoTells(provider);
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

const overviewHead = [
	'Provider',
	'Model',
	'Reference images',
	'Image files',
	'Seconds',
	'Up to',
	'US dollars a second',
	'Calls back',
	'Cancel',
];

/** What tells the models apart, in a line each; the other tables have the rest. */
export function overviewTable(): string {
	const rows = providers.flatMap((provider) =>
		provider.models.map((model) => [
			provider.displayName,
			model.name,
			rangeOf(model.images),
			filesWord(provider),
			secondsOf(model.durations),
			model.resolutions.map(optionName).at(-1) ?? '',
			priceRange(provider, model),
			callbackWord(provider),
			cancelWord(provider),
		]),
	);
	return markdownTable([overviewHead, ...rows]);
}

export const filesWord = ({ upload }: VideoProvider) =>
	upload ? `up to ${megabytes(upload.maxBytes)}` : 'by URL only';

export const cancelWord = ({ cancel }: VideoProvider) => (cancel ? 'yes' : 'no');

export function callbackWord({ callback }: VideoProvider): string {
	if (!callback) return 'no';
	if (!callback.isDocumented) return 'unconfirmed';
	return callback.signing ? 'yes, signed' : 'yes';
}

/** From the cheapest format to the dearest, as far as prices are published. */
function priceRange(provider: VideoProvider, { price, modes = [''], resolutions }: ModelSpec) {
	if (!price) return whoTells(provider);
	const formats = modes.flatMap((mode) => resolutions.map((resolution) => ({ resolution, mode })));
	const known = formats.map((format) => price(format)).filter((second) => second !== undefined);
	const unknown = formats
		.filter((format) => !price(format))
		.map(({ resolution }) => optionName(resolution));
	const range = rangeOfPrices(known);
	return unknown.length > 0 ? `${range}, ${unknown.join(', ')} not published` : range;
}

function rangeOfPrices(prices: SecondPrice[]): string {
	const amounts = prices.flatMap(({ silent, audio }) => [silent, audio]);
	const ends = [Math.min(...amounts), Math.max(...amounts)].map((amount) => dollars.format(amount));
	return [...new Set(ends)].join('–');
}
