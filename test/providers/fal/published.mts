import type { ControlName } from '../../../nodes/shared/types';
import type { Published } from '../published.mts';

const veo = {
	lifecycle: {
		state: 'upstream_retired',
		since: '2026-10-22',
		successor: 'google/gemini-omni-flash/v1.1/reference-to-video',
	},
	images: [1, 3] as const,
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
	controls: ['autoFix', 'safetyTolerance'] as ControlName[],
};

export const published: Published = {
	node: 'falVeo',
	credential: 'veoFalApi',
	scheme: 'Key',
	hosts: {
		baseUrl: 'https://queue.fal.run',
		restUrl: 'https://rest.fal.ai',
		platformUrl: 'https://api.fal.ai',
	},
	models: {
		'fal-ai/veo3.1/reference-to-video': {
			...veo,
			prices: [
				[{ resolution: '720p' }, 1.6, 3.2],
				[{ resolution: '1080p' }, 1.6, 3.2],
				[{ resolution: '4k' }, 3.2, 4.8],
			],
			priceTexts: {
				'720p': '$1.60 without audio, $3.20 with audio',
				'1080p': '$1.60 without audio, $3.20 with audio',
				'4k': '$3.20 without audio, $4.80 with audio',
			},
		},
		'fal-ai/veo3.1/fast/reference-to-video': {
			...veo,
			prices: [
				[{ resolution: '720p' }, 0.8, 1.2],
				[{ resolution: '1080p' }, 0.8, 1.2],
				[{ resolution: '4k' }, null, null],
			],
			priceTexts: {
				'720p': '$0.80 without audio, $1.20 with audio',
				'1080p': '$0.80 without audio, $1.20 with audio',
			},
		},
		'google/gemini-omni-flash/v1.1/reference-to-video': {
			images: [1, 10],
			isAudioFixed: true,
			hasImageTags: true,
			aspectRatios: ['16:9', '9:16'],
			resolutions: ['360p', '720p', '1080p', '4k'],
			durations: [3, 4, 5, 6, 7, 8, 9, 10],
			controls: [],
			prices: [
				[{ resolution: '360p' }, 0.24, 0.24],
				[{ resolution: '720p' }, 0.8, 0.8],
				[{ resolution: '1080p', duration: 3 }, 0.45, 0.45],
				[{ resolution: '4k', duration: 10 }, 3, 3],
			],
			priceTexts: {
				'360p': '$0.09 to $0.30 ($0.03 a second)',
				'720p': '$0.30 to $1.00 ($0.10 a second)',
				'1080p': '$0.45 to $1.50 ($0.15 a second)',
				'4k': '$0.90 to $3.00 ($0.30 a second)',
			},
		},
	},
	uploadBytes: 8 * 1024 * 1024,
	hasErrorCodes: true,
};
