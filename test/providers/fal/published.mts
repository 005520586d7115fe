import type { ControlName } from '../../../nodes/shared/types';
import type { Published } from '../published.mts';

const veo = {
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
	},
	uploadBytes: 8 * 1024 * 1024,
	hasErrorCodes: true,
};
