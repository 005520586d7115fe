import type {
	Failure,
	ImageFile,
	JobState,
	VideoProvider,
	VideoRequest,
	WireResponse,
} from '../../nodes/shared/types';

export const fox = 'https://cdn.example.org/fox.png';
export const den = 'https://cdn.example.org/den.png?size=1,2';

export const image: ImageFile = {
	bytes: Buffer.from('\x89PNG\r\n\x1a\n-and-so-on', 'latin1'),
	mimeType: 'image/png',
	fileName: 'image-0123456789abcdef.png',
};

/** The neutral request of the golden tables; each provider spells it its own way. */
export function neutralRequest(
	provider: VideoProvider,
	{ modelId, ...changes }: Partial<Omit<VideoRequest, 'model'>> & { modelId?: string } = {},
): VideoRequest {
	const { models } = provider;
	return {
		model: models.find(({ id }) => id === modelId) ?? models[0],
		prompt: 'A ceramic fox turns its head',
		imageUrls: [fox, den],
		aspectRatio: '16:9',
		resolution: '720p',
		duration: 8,
		mode: 'fast',
		generateAudio: false,
		controls: {},
		...changes,
	};
}

/** As it goes over the wire: what is undefined is not there. */
export const wireOf = (provider: VideoProvider, request: VideoRequest) =>
	JSON.parse(JSON.stringify(provider.submit.build(request))) as unknown;

export const answer = (status: number, body?: object, headers = {}): WireResponse => ({
	status,
	headers,
	body: (body ?? {}) as WireResponse['body'],
	isJson: body !== undefined,
});

/** The part of a state that tables compare. */
export const outcomeOf = (state: JobState): string =>
	'failure' in state && state.failure ? `${state.status} ${codeOf(state.failure)}` : state.status;

export const codeOf = ({ code, retryable }: Failure) => (retryable ? `${code} (retryable)` : code);

/** The outcome of an upload that came to no image, with the provider's reason. */
export function uploadFailure(provider: VideoProvider, response: WireResponse) {
	const failure = provider.upload?.parse(response);
	if (!failure || !('code' in failure)) throw new Error('there is an image');
	return [codeOf(failure), failure.message];
}

/** What an upload without a usable address comes to. */
export const noAddress = ['unknown', 'the answer contains no image URL'];
