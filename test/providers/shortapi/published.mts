import type { Published } from '../published.mts';

export const published: Published = {
	node: 'shortApiVeo',
	credential: 'veoShortApi',
	scheme: 'Bearer',
	hosts: { baseUrl: 'https://api.shortapi.ai' },
	models: {
		'google/veo-3.1/reference-to-video': {
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
		},
		'google/veo-3.1/image-to-video': {
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
		},
	},
	hasErrorCodes: false,
};
