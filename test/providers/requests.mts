import type { ModelSpec, VideoProvider, VideoRequest } from '../../nodes/shared/types';
import { fox, neutralRequest } from './neutral.mts';

/** The neutral request for one model, with one image. */
export const requestFor = (
	provider: VideoProvider,
	model: ModelSpec,
	changes: Partial<VideoRequest> = {},
): VideoRequest => neutralRequest(provider, { modelId: model.id, imageUrls: [fox], ...changes });

/** Every combination of what the model offers. */
export function everyRequest(provider: VideoProvider, model: ModelSpec): VideoRequest[] {
	return model.aspectRatios.flatMap((aspectRatio) =>
		model.resolutions.flatMap((resolution) =>
			model.durations.flatMap((duration) =>
				(model.modes ?? ['fast']).flatMap((mode) =>
					(model.isAudioFixed ? [false] : [false, true]).map((generateAudio) => {
						const format = { aspectRatio, resolution, duration, mode, generateAudio };
						return requestFor(provider, model, format);
					}),
				),
			),
		),
	);
}

/** A request as a test's name tells it. */
export const nameOf = ({ resolution, aspectRatio, duration, mode, generateAudio }: VideoRequest) =>
	`${resolution} ${aspectRatio} ${duration} s ${mode} ${generateAudio ? 'with audio' : 'silent'}`;
