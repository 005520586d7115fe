import { fal } from '../../../nodes/FalVeo/fal.provider';
import { answer, image, noAddress, uploadFailure } from '../neutral.mts';

const url = 'https://files.example.org/fox.png';

it('announces type and name of an image; the bytes follow by PUT', () => {
	expect(fal.upload?.build(image)).toEqual({
		method: 'POST',
		host: 'restUrl',
		path: '/storage/upload/initiate',
		query: { storage_type: 'fal-cdn-v3' },
		body: { content_type: 'image/png', file_name: image.fileName },
	});
});

it('gets two addresses: one to write to, one to read from', () => {
	const body = { file_url: url, upload_url: 'https://put.example.org/x?signature=1' };
	expect(fal.upload?.parse(answer(200, body))).toEqual({
		imageUrl: url,
		putUrl: 'https://put.example.org/x?signature=1',
	});
});

it.each([
	['nothing', {}],
	['no address to write to', { file_url: url }],
	['no address to read from', { upload_url: url }],
	['an address of another kind', { file_url: url, upload_url: 'ftp://x/' }],
	['a file of ours', { file_url: 'file:///etc/passwd', upload_url: url }],
])('%s is no image', (_, body) => {
	expect(uploadFailure(fal, answer(200, body))).toEqual(noAddress);
});

it.each([
	[401, 'Why.', 'authentication'],
	[422, [{ msg: 'Why.', type: 'x' }], 'validation'],
	[429, 'Why.', 'rate_limited (retryable)'],
	[500, 'Why.', 'provider_unavailable (retryable)'],
])('HTTP %i is refused with its reason', (status, detail, code) => {
	expect(uploadFailure(fal, answer(status, { detail }))).toEqual([code, 'Why.']);
});

it('a page in place of an answer may pass', () => {
	expect(uploadFailure(fal, answer(200))[0]).toBe('provider_unavailable (retryable)');
});
