import type { ModelSpec } from '../shared/types';

/** Takes what every Veo 3.1 model takes, so that a workflow needs no change for a real provider. */
export const simulatorModels: readonly ModelSpec[] = [
	{
		id: 'simulator/reference-to-video',
		name: 'Simulated Reference to Video',
		description: 'Works like a real model, but always returns the same short video',
		images: { min: 1, max: 3 },
		aspectRatios: ['16:9', '9:16'],
		resolutions: ['720p', '1080p', '4k'],
		durations: [8],
		controls: [],
		price: () => ({ silent: 0, audio: 0 }),
		body: ({ prompt, callbackUrl }) => ({ prompt, callback_url: callbackUrl }),
	},
];
