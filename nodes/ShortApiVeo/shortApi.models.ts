import type { IDataObject } from 'n8n-workflow';

import type { ModelSpec, VideoRequest } from '../shared/types';
import { veoPreviewEnded } from '../shared/wire/lifecycle';

const quality: ModelSpec['price'] = ({ resolution }) =>
	resolution === '4k' ? { silent: 0.32, audio: 0.48 } : { silent: 0.16, audio: 0.32 };

const fast: ModelSpec['price'] = ({ resolution }) =>
	resolution === '4k' ? { silent: 0.24, audio: 0.28 } : { silent: 0.08, audio: 0.12 };

/** The parameters of a model stand in `args`; the images are named differently in each. */
const bodyWith =
	(images: (request: VideoRequest) => IDataObject): ModelSpec['body'] =>
	(request) => ({
		model: request.model.id,
		args: {
			...images(request),
			prompt: request.prompt,
			duration: String(request.duration),
			aspect_ratio: request.aspectRatio,
			resolution: request.resolution,
			generate_audio: request.generateAudio,
		},
		callback_url: request.callbackUrl,
	});

/** Parameters and prices: https://shortapi.ai/models/<model id>/llms.txt. */
export const shortApiModels: readonly ModelSpec[] = [
	{
		id: 'google/veo-3.1/reference-to-video',
		name: 'Veo 3.1 Reference to Video',
		description: 'One to three reference images, 8 seconds, up to 4K',
		lifecycle: veoPreviewEnded,
		images: { min: 1, max: 3 },
		aspectRatios: ['16:9', '9:16'],
		resolutions: ['720p', '1080p', '4k'],
		durations: [8],
		controls: [],
		price: quality,
		body: bodyWith(({ imageUrls }) => ({ images: imageUrls })),
	},
	{
		id: 'google/veo-3.1/image-to-video',
		name: 'Veo 3.1 Image to Video',
		description: 'One image as the first frame, 4 to 8 seconds, up to 4K',
		lifecycle: veoPreviewEnded,
		images: { min: 1, max: 1 },
		aspectRatios: ['auto', '16:9', '9:16'],
		resolutions: ['720p', '1080p', '4k'],
		durations: [4, 6, 8],
		modes: ['fast', 'quality'],
		controls: [],
		price: (options) => (options.mode === 'fast' ? fast : quality)(options),
		body: bodyWith(({ mode, imageUrls: [image] }) => ({ mode, image })),
	},
];
