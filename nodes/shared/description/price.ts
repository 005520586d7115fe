import type { INodeProperties } from 'n8n-workflow';

import type { ModelSpec, Providers, Resolution, SecondPrice } from '../types';
import { optionName } from './optionNames';

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** What the chosen video costs by the provider's list; nothing where it publishes none. */
export const priceNotices = (providers: Providers, show: Show): INodeProperties[] =>
	providers.flatMap((provider) =>
		provider.models.flatMap((model) =>
			tariffsOf(model).map(({ mode, resolutions, price }) => {
				const names = resolutions.map(optionName).join(' or ') + (mode && ` (${optionName(mode)})`);
				return {
					displayName: `At ${provider.displayName}'s list price, ${lengthsOf(model)} in ${names} cost ${price}.`,
					name: 'priceNotice',
					type: 'notice' as const,
					default: '',
					displayOptions: {
						show: {
							...show,
							...(providers.length > 1 && { provider: [provider.id] }),
							model: [model.id],
							...(mode && { mode: [mode] }),
							// A field with one choice is not there, so nothing can depend on it.
							...(model.resolutions.length > 1 && { resolution: resolutions }),
						},
					},
				};
			}),
		),
	);

interface Tariff {
	/** Empty where the model has none. */
	mode: string;
	/** Those that cost the same. */
	resolutions: Resolution[];
	/** In words. */
	price: string;
}

function tariffsOf(model: ModelSpec): Tariff[] {
	const { price, modes = [''], resolutions } = model;
	return modes.flatMap((mode) => {
		const texts = resolutions.map((resolution) => {
			const second = price?.({ resolution, mode });
			return second && isPaid(second) ? textOf(second, model) : undefined;
		});
		return [...new Set(texts)]
			.filter((text) => text !== undefined)
			.map((text) => ({
				mode,
				resolutions: resolutions.filter((_, index) => texts[index] === text),
				price: text,
			}));
	});
}

const isPaid = ({ silent, audio }: SecondPrice) => silent > 0 || audio > 0;

const shortestAndLongest = (durations: readonly number[]) => [
	...new Set([Math.min(...durations), Math.max(...durations)]),
];

const lengthsOf = ({ durations }: ModelSpec) =>
	`${shortestAndLongest(durations).join(' to ')} seconds`;

/** Some prices have more decimals than the cents that an amount is rounded to. */
const unit = new Intl.NumberFormat('en-US', {
	style: 'currency',
	currency: 'USD',
	maximumFractionDigits: 4,
});

function textOf({ silent, audio }: SecondPrice, { durations, isAudioFixed }: ModelSpec): string {
	const lengths = shortestAndLongest(durations);
	const cost = (second: number) =>
		lengths.map((seconds) => `$${(seconds * second).toFixed(2)}`).join(' to ') +
		(lengths.length > 1 ? ` (${unit.format(second)} a second)` : '');
	if (isAudioFixed) return cost(silent);
	return `${cost(silent)} without audio, ${cost(audio)} with audio`;
}
