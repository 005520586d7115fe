import type { IDataObject } from 'n8n-workflow';

import type { VideoFormat, VideoProvider } from '../shared/types';
import { asObject, wordIn } from '../shared/wire/answers';
import { rowOf } from './aimlApi.rows';

interface Rate {
	/** US dollars for `per` units. */
	price?: unknown;
	per?: unknown;
	/** Variants say what they count in `unit`, a fixed price in `name`. */
	unit?: unknown;
	name?: unknown;
	/** Request parameters that the rate is for. */
	when?: IDataObject;
}

/** What the conditions of a rate are compared with: the request as it would be sent. */
const wireValues = (format: VideoFormat): IDataObject =>
	format.model.body({ ...format, prompt: '', imageUrls: [], controls: {} });

function amountOf({ price, per, unit, name }: Rate, { duration }: VideoFormat): number | undefined {
	const amount = (Number(wordIn(price)) / Number(wordIn(per))) * duration;
	return (unit ?? name) === 'second' && amount >= 0 && amount < Infinity ? amount : undefined;
}

/**
 * https://docs.aimlapi.com/api-references/service-endpoints/complete-model-list, Reading prices:
 * `fixed` has one rate, `variants` one for each combination of parameters, `variable` none.
 * A condition or a unit that we do not know makes the price unknown.
 */
export const aimlApiPrices: NonNullable<VideoProvider['prices']> = {
	build: ({ model }) => ({
		method: 'GET',
		path: '/v1/models',
		query: { id: model.id, include: 'pricing' },
	}),
	parse({ body }, format) {
		const pricing = rowOf(body, format.model.id)?.pricing as
			{ kind?: string; units?: unknown[]; variants?: unknown[] } | undefined;
		if (pricing?.kind === 'fixed' && Array.isArray(pricing.units) && pricing.units.length === 1) {
			return amountOf(asObject(pricing.units[0]), format);
		}
		if (pricing?.kind !== 'variants' || !Array.isArray(pricing.variants)) return undefined;
		const values = wireValues(format);
		const matches = pricing.variants
			.map(asObject)
			.filter(({ when }) =>
				Object.entries(when ?? {}).every(([name, value]) => values[name] === value),
			);
		return matches.length === 1 ? amountOf(matches[0], format) : undefined;
	},
};
