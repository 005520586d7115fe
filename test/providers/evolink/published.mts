import type { Published } from '../published.mts';

const model = {
	lifecycle: {
		state: 'upstream_retired',
		since: '2026-10-22',
		successor: 'gemini-omni-1.1-flash-reference-to-video',
	},
	images: [1, 3] as const,
	imageTypes: ['image/jpeg', 'image/png'],
	promptMaxLength: 2000,
	aspectRatios: ['16:9'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
	controls: [],
};

export const published: Published = {
	node: 'evoLinkVeo',
	credential: 'veoEvoLinkApi',
	scheme: 'Bearer',
	hosts: { baseUrl: 'https://api.evolink.ai', filesUrl: 'https://files-api.evolink.ai' },
	models: {
		'veo-3.1-generate-preview': model,
		'veo-3.1-fast-generate-preview': {
			...model,
			prices: [
				[{ resolution: '720p' }, 0.64, 0.96],
				[{ resolution: '1080p' }, 0.64, 0.96],
				[{ resolution: '4k' }, 1.92, 2.2464],
			],
			priceTexts: {
				'720p': '$0.64 without audio, $0.96 with audio',
				'1080p': '$0.64 without audio, $0.96 with audio',
				'4k': '$1.92 without audio, $2.25 with audio',
			},
		},
		// Billed by tokens; its price in money is not published.
		'gemini-omni-1.1-flash-reference-to-video': {
			images: [1, 10],
			isAudioFixed: true,
			hasImageTags: true,
			aspectRatios: ['16:9', '9:16', 'auto'],
			resolutions: ['360p', '720p', '1080p', '4k'],
			durations: [3, 4, 5, 6, 7, 8, 9, 10],
			controls: [],
		},
	},
	uploadBytes: 10 * 1024 * 1024,
	linkHours: 24,
	hasErrorCodes: true,
};
