import { evoLink } from '../../../nodes/EvoLinkVeo/evoLink.provider';
import { answer, image, noAddress, uploadFailure } from '../neutral.mts';

const url = 'https://files.example.org/fox.png';

it('sends an image as base64 text to the host for files', () => {
	expect(evoLink.upload?.build(image)).toEqual({
		method: 'POST',
		host: 'filesUrl',
		path: '/api/v1/files/upload/base64',
		body: { base64_data: image.bytes.toString('base64') },
	});
});

it('gets the address inside of data', () => {
	const data = { file_id: 'f1', file_url: url, download_url: `${url}?download=1` };
	const body = { success: true, code: 200, msg: 'OK', data };
	expect(evoLink.upload?.parse(answer(200, body))).toEqual({ imageUrl: url });
});

it.each([
	['nothing', {}],
	['no data', { success: true, data: null }],
])('%s is no image', (_, body) => {
	expect(uploadFailure(evoLink, answer(200, body))).toEqual(noAddress);
});

it('a failure may come with HTTP 200, in its own words', () => {
	const body = { success: false, code: 507, msg: 'The quota is exhausted', data: null };
	expect(uploadFailure(evoLink, answer(200, body))[1]).toBe('The quota is exhausted');
});

it.each([
	[401, 'authentication'],
	[413, 'validation'],
	[429, 'rate_limited (retryable)'],
])('HTTP %i is refused with its reason', (status, code) => {
	expect(uploadFailure(evoLink, answer(status, { msg: 'Why.' }))).toEqual([code, 'Why.']);
});

it('an answer that is no JSON may pass', () => {
	expect(uploadFailure(evoLink, answer(502))[0]).toBe('provider_unavailable (retryable)');
});
