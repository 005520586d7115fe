import { aiHubMax } from '../../nodes/AiHubMaxVeo/aiHubMax.provider';
import { evoLink } from '../../nodes/EvoLinkVeo/evoLink.provider';
import { fal } from '../../nodes/FalVeo/fal.provider';
import { providers } from '../../nodes/shared/registry';
import type { ImageFile, VideoProvider, WireResponse } from '../../nodes/shared/types';
import { answer, codeOf } from './neutral.mts';

const image: ImageFile = {
	bytes: Buffer.from('\x89PNG\r\n\x1a\n-and-so-on', 'latin1'),
	mimeType: 'image/png',
	fileName: 'image-0123456789abcdef.png',
};
const base64 = image.bytes.toString('base64');
const url = 'https://files.example.org/fox.png';

const uploadOf = ({ upload }: VideoProvider) => {
	if (!upload) throw new Error('there is no upload');
	return upload;
};

it('these providers store images, the others take URLs', () => {
	const ids = providers.filter(({ upload }) => upload).map(({ id }) => id);
	expect(ids).toEqual(['fal', 'aihubmax', 'evolink']);
});

it.each([
	[fal, 8 * 1024 * 1024],
	[aiHubMax, 10 * 1024 * 1024],
	[evoLink, 10 * 1024 * 1024],
])('an image may have as many bytes as the provider documents', (provider, bytes) => {
	expect(uploadOf(provider).maxBytes).toBe(bytes);
});

describe('the request', () => {
	it('fal announces type and name; the bytes follow by PUT', () => {
		expect(uploadOf(fal).build(image)).toEqual({
			method: 'POST',
			host: 'restUrl',
			path: '/storage/upload/initiate',
			query: { storage_type: 'fal-cdn-v3' },
			body: { content_type: 'image/png', file_name: image.fileName },
		});
	});

	it('AIHubMax gets base64 text and a name', () => {
		expect(uploadOf(aiHubMax).build(image)).toEqual({
			method: 'POST',
			path: '/v1/files/upload/base64',
			body: { file_data: base64, file_name: image.fileName },
		});
	});

	it('EvoLink gets base64 text, at the host for files', () => {
		expect(uploadOf(evoLink).build(image)).toEqual({
			method: 'POST',
			host: 'filesUrl',
			path: '/api/v1/files/upload/base64',
			body: { base64_data: base64 },
		});
	});
});

const evoLinkData = { file_id: 'f1', file_url: url, download_url: `${url}?download=1` };

describe('the answer', () => {
	it('of fal names two addresses: one to write to, one to read from', () => {
		const body = { file_url: url, upload_url: 'https://put.example.org/x?signature=1' };
		expect(uploadOf(fal).parse(answer(200, body))).toEqual({
			imageUrl: url,
			putUrl: 'https://put.example.org/x?signature=1',
		});
	});

	it('of AIHubMax names the address', () => {
		const body = { id: 'f1', filename: 'fox.png', url, size: 9, created: 1760000000 };
		expect(uploadOf(aiHubMax).parse(answer(200, body))).toEqual({ imageUrl: url });
	});

	it('of EvoLink names the address inside of data', () => {
		const body = { success: true, code: 200, msg: 'OK', data: evoLinkData };
		expect(uploadOf(evoLink).parse(answer(200, body))).toEqual({ imageUrl: url });
	});

	const noAddress: Array<[string, VideoProvider, WireResponse]> = [
		['fal, nothing', fal, answer(200, {})],
		['fal, no address to write to', fal, answer(200, { file_url: url })],
		['fal, no address to read from', fal, answer(200, { upload_url: url })],
		[
			'fal, an address of another kind',
			fal,
			answer(200, { file_url: url, upload_url: 'ftp://x/' }),
		],
		['fal, a file of ours', fal, answer(200, { file_url: 'file:///etc/passwd', upload_url: url })],
		['AIHubMax, nothing', aiHubMax, answer(200, {})],
		['AIHubMax, no http', aiHubMax, answer(200, { url: 'fox.png' })],
		['EvoLink, nothing', evoLink, answer(200, {})],
		['EvoLink, no data', evoLink, answer(200, { success: true, data: null })],
	];

	it.each(noAddress)('%s: no image', (_, provider, response) => {
		expect(uploadOf(provider).parse(response)).toEqual({
			code: 'unknown',
			message: 'the response contains no address of the image',
			retryable: false,
		});
	});

	it('of EvoLink may be a failure with HTTP 200, in its own words', () => {
		const body = { success: false, code: 507, msg: 'The quota is exhausted', data: null };
		expect(uploadOf(evoLink).parse(answer(200, body))).toMatchObject({
			message: 'The quota is exhausted',
		});
	});

	const error = (code: string) => ({ error: { code, message: 'Why.', type: 'x' } });
	const errors: Array<[string, VideoProvider, WireResponse, string]> = [
		['fal 401', fal, answer(401, { detail: 'Why.' }), 'authentication'],
		['fal 422', fal, answer(422, { detail: [{ msg: 'Why.', type: 'x' }] }), 'validation'],
		['fal 429', fal, answer(429, { detail: 'Why.' }), 'rate_limited (retryable)'],
		['fal 500', fal, answer(500, { detail: 'Why.' }), 'provider_unavailable (retryable)'],
		['fal, a page', fal, answer(200), 'provider_unavailable (retryable)'],
		['AIHubMax 401', aiHubMax, answer(401, error('x')), 'authentication'],
		['AIHubMax 403, the storage is full', aiHubMax, answer(403, error('x')), 'permission'],
		['AIHubMax 413', aiHubMax, answer(413, error('x')), 'validation'],
		['AIHubMax 422', aiHubMax, answer(422, error('invalid_file_type')), 'image_unreadable'],
		['AIHubMax 503', aiHubMax, answer(503, error('x')), 'provider_unavailable (retryable)'],
		['AIHubMax, a page', aiHubMax, answer(200), 'provider_unavailable (retryable)'],
		['EvoLink 401', evoLink, answer(401, { msg: 'Why.' }), 'authentication'],
		['EvoLink 413', evoLink, answer(413, { msg: 'Why.' }), 'validation'],
		['EvoLink 429', evoLink, answer(429, { msg: 'Why.' }), 'rate_limited (retryable)'],
		['EvoLink 502', evoLink, answer(502), 'provider_unavailable (retryable)'],
	];

	it.each(errors)('%s', (_, provider, response, expected) => {
		const failure = uploadOf(provider).parse(response);
		expect(codeOf(failure as never)).toBe(expected);
		if (response.isJson) expect(failure).toMatchObject({ message: 'Why.' });
	});
});
