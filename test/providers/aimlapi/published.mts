import type { Published } from '../published.mts';

export const published: Published = {
	node: 'aimlApiVeo',
	credential: 'veoAimlApi',
	scheme: 'Bearer',
	hosts: { baseUrl: 'https://api.aimlapi.com' },
	models: {
		'google/veo-3.1-reference-to-video': {
			images: [1, 3],
			aspectRatios: ['16:9'],
			resolutions: ['720p', '1080p'],
			durations: [8],
			controls: [],
		},
	},
	hasErrorCodes: true,
};
