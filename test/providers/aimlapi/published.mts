import type { Published } from '../published.mts';

export const published: Published = {
	node: 'aimlApiVeo',
	credential: 'veoAimlApi',
	scheme: 'Bearer',
	hosts: { baseUrl: 'https://api.aimlapi.com' },
	models: {
		'google/veo-3.1-reference-to-video': {
			lifecycle: {
				state: 'upstream_retired',
				since: '2026-10-22',
				successor: 'google/gemini-omni-1.1-flash',
			},
			images: [1, 3],
			aspectRatios: ['16:9'],
			resolutions: ['720p', '1080p'],
			durations: [8],
			controls: ['upstreamProvider'],
		},
		'google/gemini-omni-1.1-flash': {
			images: [1, 6],
			isAudioFixed: true,
			hasImageTags: true,
			aspectRatios: ['16:9', '9:16'],
			resolutions: ['360p', '720p', '1080p', '4k'],
			durations: [3, 4, 5, 6, 7, 8, 9, 10],
			controls: [],
		},
	},
	hasErrorCodes: true,
};
