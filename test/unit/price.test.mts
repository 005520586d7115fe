import { listedPrice } from '../../nodes/shared/job/price';
import { providers } from '../../nodes/shared/registry';
import type { VideoFormat } from '../../nodes/shared/types';

/** Prices as published, in US dollars for the whole video: silent and with audio. */
const published: Record<string, Array<[Partial<VideoFormat>, silent: number, audio: number]>> = {
	'fal-ai/veo3.1/reference-to-video': [
		[{ resolution: '720p' }, 1.6, 3.2],
		[{ resolution: '1080p' }, 1.6, 3.2],
		[{ resolution: '4k' }, 3.2, 4.8],
	],
	'google/veo-3.1/reference-to-video': [
		[{ resolution: '720p' }, 1.28, 2.56],
		[{ resolution: '1080p' }, 1.28, 2.56],
		[{ resolution: '4k' }, 2.56, 3.84],
	],
	'google/veo-3.1/image-to-video': [
		[{ resolution: '720p', mode: 'quality' }, 1.28, 2.56],
		[{ resolution: '4k', mode: 'quality' }, 2.56, 3.84],
		[{ resolution: '1080p', mode: 'fast' }, 0.64, 0.96],
		[{ resolution: '4k', mode: 'fast' }, 1.92, 2.24],
		[{ resolution: '720p', mode: 'fast', duration: 4 }, 0.32, 0.48],
		[{ resolution: '720p', mode: 'quality', duration: 6 }, 0.96, 1.92],
	],
	'veo-3.1-fast-generate-preview': [
		[{ resolution: '720p' }, 0.64, 0.96],
		[{ resolution: '1080p' }, 0.64, 0.96],
		[{ resolution: '4k' }, 1.92, 2.2464],
	],
};

/** Their providers publish no price as text. */
const unpublished = [
	'google/veo-3.1-reference-to-video',
	'veo-3.1-reference-to-video',
	'veo-3.1-fast-reference-to-video',
	'veo-3.1-generate-preview',
];

const models = providers.flatMap((provider) => provider.models);
const formatOf = (id: string, changes: Partial<VideoFormat>): VideoFormat => ({
	model: models.find((model) => model.id === id) ?? models[0],
	aspectRatio: '16:9',
	resolution: '720p',
	duration: 8,
	mode: 'fast',
	generateAudio: false,
	...changes,
});

it.each(models.map(({ id }) => id))('%s stands in one of the tables', (id) => {
	expect([...Object.keys(published), ...unpublished]).toContain(id);
});

it.each(
	Object.entries(published).flatMap(([id, rows]) =>
		rows.flatMap(([changes, silent, audio]) => [
			[id, { ...changes, generateAudio: false }, silent] as const,
			[id, { ...changes, generateAudio: true }, audio] as const,
		]),
	),
)('%s, %j: %d dollars', (id, changes, amount) => {
	expect(listedPrice(formatOf(id, changes))).toEqual({
		amount,
		currency: 'USD',
		kind: 'estimated',
	});
});

it.each(unpublished)('%s: no price is known, so none is claimed', (id) => {
	expect(listedPrice(formatOf(id, {}))).toBeNull();
});
