import type { Published } from '../published.mts';

export const published: Published = {
	node: 'shortApiVeo',
	credential: 'veoShortApi',
	scheme: 'Bearer',
	hosts: { baseUrl: 'https://api.shortapi.ai' },
	models: {
		'google/veo-3.1/reference-to-video': {
			lifecycle: { state: 'upstream_retired', since: '2026-10-22' },
			images: [1, 3],
			aspectRatios: ['16:9', '9:16'],
			resolutions: ['720p', '1080p', '4k'],
			durations: [8],
			controls: [],
			prices: [
				[{ resolution: '720p' }, 1.28, 2.56],
				[{ resolution: '1080p' }, 1.28, 2.56],
				[{ resolution: '4k' }, 2.56, 3.84],
			],
			priceTexts: {
				'720p': '$1.28 without audio, $2.56 with audio',
				'1080p': '$1.28 without audio, $2.56 with audio',
				'4k': '$2.56 without audio, $3.84 with audio',
			},
		},
		'google/veo-3.1/image-to-video': {
			lifecycle: { state: 'upstream_retired', since: '2026-10-22' },
			images: [1, 1],
			aspectRatios: ['auto', '16:9', '9:16'],
			resolutions: ['720p', '1080p', '4k'],
			durations: [4, 6, 8],
			modes: ['fast', 'quality'],
			controls: [],
			prices: [
				[{ resolution: '720p', mode: 'quality' }, 1.28, 2.56],
				[{ resolution: '4k', mode: 'quality' }, 2.56, 3.84],
				[{ resolution: '1080p', mode: 'fast' }, 0.64, 0.96],
				[{ resolution: '4k', mode: 'fast' }, 1.92, 2.24],
				[{ resolution: '720p', mode: 'fast', duration: 4 }, 0.32, 0.48],
				[{ resolution: '720p', mode: 'quality', duration: 6 }, 0.96, 1.92],
			],
			priceTexts: {
				'fast 720p':
					'$0.32 to $0.64 ($0.08 a second) without audio, $0.48 to $0.96 ($0.12 a second) with audio',
				'fast 1080p':
					'$0.32 to $0.64 ($0.08 a second) without audio, $0.48 to $0.96 ($0.12 a second) with audio',
				'fast 4k':
					'$0.96 to $1.92 ($0.24 a second) without audio, $1.12 to $2.24 ($0.28 a second) with audio',
				'quality 720p':
					'$0.64 to $1.28 ($0.16 a second) without audio, $1.28 to $2.56 ($0.32 a second) with audio',
				'quality 1080p':
					'$0.64 to $1.28 ($0.16 a second) without audio, $1.28 to $2.56 ($0.32 a second) with audio',
				'quality 4k':
					'$1.28 to $2.56 ($0.32 a second) without audio, $1.92 to $3.84 ($0.48 a second) with audio',
			},
		},
	},
	hasErrorCodes: false,
};
