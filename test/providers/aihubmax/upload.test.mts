import { aiHubMax } from '../../../nodes/AiHubMaxVeo/aiHubMax.provider';
import { answer, image, noAddress, uploadFailure } from '../neutral.mts';

const url = 'https://files.example.org/fox.png';

it('sends an image as base64 text with a name', () => {
	expect(aiHubMax.upload?.build(image)).toEqual({
		method: 'POST',
		path: '/v1/files/upload/base64',
		body: { file_data: image.bytes.toString('base64'), file_name: image.fileName },
	});
});

it('gets the address', () => {
	const body = { id: 'f1', filename: 'fox.png', url, size: 9, created: 1760000000 };
	expect(aiHubMax.upload?.parse(answer(200, body))).toEqual({ imageUrl: url });
});

it.each([
	['nothing', {}],
	['no http', { url: 'fox.png' }],
])('%s is no image', (_, body) => {
	expect(uploadFailure(aiHubMax, answer(200, body))).toEqual(noAddress);
});

it.each([
	[401, 'x', 'authentication'],
	// The storage is full.
	[403, 'x', 'permission'],
	[413, 'x', 'validation'],
	[422, 'invalid_file_type', 'image_unreadable'],
	[503, 'x', 'provider_unavailable (retryable)'],
])('HTTP %i %s is refused with its reason', (status, code, expected) => {
	const response = answer(status, { error: { code, message: 'Why.', type: 'x' } });
	expect(uploadFailure(aiHubMax, response)).toEqual([expected, 'Why.']);
});

it('a page in place of an answer may pass', () => {
	expect(uploadFailure(aiHubMax, answer(200))[0]).toBe('provider_unavailable (retryable)');
});
