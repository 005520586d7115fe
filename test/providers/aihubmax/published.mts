import type { Published } from '../published.mts';

const format = {
	lifecycle: { state: 'upstream_retired', since: '2026-10-22' },
	images: [1, 3] as const,
	aspectRatios: ['16:9', '9:16'],
	resolutions: ['720p', '1080p', '4k'],
	durations: [8],
};

export const published: Published = {
	node: 'aiHubMaxVeo',
	credential: 'veoAiHubMaxApi',
	scheme: 'Bearer',
	hosts: { baseUrl: 'https://api.aihubmax.com' },
	models: {
		'veo-3.1-reference-to-video': {
			...format,
			controls: [
				'autoFix',
				'enhancePrompt',
				'personGeneration',
				'referenceType',
				'safetyTolerance',
			],
		},
		'veo-3.1-fast-reference-to-video': { ...format, controls: ['autoFix', 'safetyTolerance'] },
	},
	// Not documented; what its twin EvoLink documents.
	uploadBytes: 10 * 1024 * 1024,
	linkHours: 24,
	hasErrorCodes: true,
};
