import { listedPrice } from '../../nodes/shared/job/price';
import { providers } from '../../nodes/shared/registry';
import type { ModelSpec, VideoFormat } from '../../nodes/shared/types';
import { publishedModel } from './published.mts';
import { requestFor } from './requests.mts';

const table = providers.flatMap((provider) =>
	provider.models.map((model) => [provider.id, model.id, model, provider] as const),
);

/** As the documentation has it; the order of controls means nothing. */
const takenBy = ({ images, controls, lifecycle, ...model }: ModelSpec) => ({
	lifecycle: lifecycle && { ...lifecycle, source: undefined },
	images: [images.min, images.max],
	imageTypes: images.types && [...images.types].sort(),
	isAudioFixed: model.isAudioFixed,
	hasImageTags: model.hasImageTags,
	promptMaxLength: model.promptMaxLength,
	aspectRatios: model.aspectRatios,
	resolutions: model.resolutions,
	durations: model.durations,
	modes: model.modes,
	controls: [...controls].sort(),
});

it.each(table)('%s, %s takes what is documented, nothing else', (_, id, model) => {
	const { prices, priceTexts, ...documented } = publishedModel(id);
	expect(takenBy(model)).toEqual(documented);
});

it.each(table)('%s, %s says in its description what it takes', (_, __, model) => {
	const { description, durations } = model;
	if (/4K/.test(description)) expect(model.resolutions).toContain('4k');
	if (/1080p/.test(description)) expect(model.resolutions).not.toContain('4k');
	if (/landscape/.test(description)) expect(model.aspectRatios).toEqual(['16:9']);
	if (/8 seconds/.test(description)) expect(durations).toContain(8);
});

const withEnd = table.filter(([, , { lifecycle }]) => lifecycle);

it.each(withEnd)('%s, %s: what is said of its end has a source and can be followed', (...row) => {
	const [, id, { lifecycle }, { models }] = row;
	expect(lifecycle?.source).toMatch(/^https:\/\//);
	expect(lifecycle?.since).toMatch(/^\d{4}-\d\d-\d\d$/);
	if (!lifecycle?.successor) return;
	const [own, successor] = [id, lifecycle.successor].map((name) =>
		models.findIndex((model) => model.id === name),
	);
	// A default does not move, so what is new stands behind.
	expect(successor).toBeGreaterThan(own);
	expect(models[successor].lifecycle?.state).not.toBe('retired');
});

describe.each(table)('the price of %s, %s', (_, id, model, provider) => {
	const { prices } = publishedModel(id);
	const formatOf = (changes: Partial<VideoFormat>) => requestFor(provider, model, changes);

	if (!prices) {
		it('is not known, so none is claimed', () => {
			expect(listedPrice(formatOf({}))).toBeNull();
		});
		return;
	}

	it.each(
		prices.flatMap(([changes, silent, audio]) => [
			[{ ...changes, generateAudio: false }, silent] as const,
			[{ ...changes, generateAudio: true }, audio] as const,
		]),
	)('%j: %d dollars', (changes, amount) => {
		const cost = amount === null ? null : { amount, currency: 'USD', kind: 'estimated' };
		expect(listedPrice(formatOf(changes))).toEqual(cost);
	});
});
