import axios from 'axios';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';

import { providersThat } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { sha256 } from '../../sandbox/sha256.mts';
import { binaryOf, imageOf } from './imageFiles.mts';
import type { ImageType } from './imageFiles.mts';
import { fox, jsonOf, providerTable, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();

const generate = { operation: 'generate', prompt: 'A ceramic fox', imageSource: 'binary' };
const png = imageOf('image/png', 'a fox');
const one: IBinaryKeyData = { data: binaryOf(png) };
const uploading = providerTable.filter(([, provider]) => provider.upload);

const uploads = () => sandbox().requests.filter(({ call }) => call === 'upload');
const submits = () => sandbox().requests.filter(({ call }) => call === 'submit');

/** Addresses that a submit tells the model to read, whatever the provider calls the field. */
function imageUrlsOf(body: unknown): string[] {
	const { image_urls: urls, reference_image_urls: references } = body as IDataObject;
	return (urls ?? references) as string[];
}

/** What the model would see: the bytes behind the addresses of each submit. */
async function imagesSeen(): Promise<string[][]> {
	const read = async (url: string) => {
		const { data } = await axios.get<Buffer>(url, { responseType: 'arraybuffer' });
		return sha256(data);
	};
	return await Promise.all(
		submits().map(async ({ body }) => await Promise.all(imageUrlsOf(body).map(read))),
	);
}

const allTypes: ImageType[] = ['image/png', 'image/jpeg', 'image/webp'];
const untaken = uploading.flatMap(([id, provider]) =>
	provider.models.flatMap((model) =>
		allTypes
			.filter((type) => model.images.types?.includes(type) === false)
			.map((type) => [id, model.id, type, provider] as const),
	),
);

it.each(untaken)('%s, %s: a %s is refused before it is uploaded', async (_, model, ...more) => {
	const [type, provider] = more;
	const binary = [{ data: binaryOf(imageOf(type, 'a fox'), type) }];
	const result = await runUnified(sandbox(), provider, { ...generate, model }, { binary });
	expect(result.error?.message).toMatch(/^Item 0: Binary field "data" is a WebP image/);
	expect(result.error?.description).toContain('Convert it to JPEG or PNG');
	expect(sandbox().requests).toEqual([]);
});

describe.each(uploading)('%s', (id, provider: VideoProvider) => {
	const { types = allTypes } = provider.models[0].images;

	it.each(types)('the model sees every byte of a %s, and the video is made', async (type) => {
		const image = imageOf(type, 'a fox');
		const result = await runUnified(
			sandbox(),
			provider,
			{ ...generate, operation: 'generateAndWait', options: { pollInterval: 1 } },
			{ binary: [{ data: binaryOf(image, type) }] },
		);
		expect(jsonOf(result)).toEqual([expect.objectContaining({ status: 'completed' })]);
		expect(await imagesSeen()).toEqual([[sha256(image)]]);
	});

	it('several fields are sent in the order in which they are named, each once', async () => {
		const images = ['one', 'two', 'three'].map((name) => imageOf('image/png', name));
		const [first, second, third] = images.map((image) => binaryOf(image));
		await runUnified(
			sandbox(),
			provider,
			{ ...generate, imageBinaryFields: ' third, first ,third,,second' },
			{ binary: [{ first, second, third }] },
		);
		expect(await imagesSeen()).toEqual([[images[2], images[0], images[1]].map(sha256)]);
	});

	it('a file in the binary storage of n8n is read from there', async () => {
		const location = { type: 'execution', workflowId: 'test', executionId: 'test' } as const;
		const stored = await Container.get(BinaryDataService).store(location, png, {
			...binaryOf(png),
			data: '',
		});
		expect(stored.id).toBeTruthy();
		await runUnified(sandbox(), provider, generate, { binary: [{ data: stored }] });
		expect(await imagesSeen()).toEqual([[sha256(png)]]);
	});

	it('the same bytes are uploaded once, for all items and fields', async () => {
		const other = imageOf('image/jpeg', 'a den');
		const binary = Array.from({ length: 6 }, (_, index) => ({
			data: binaryOf(png),
			extra: binaryOf(index % 2 ? png : other, index % 2 ? 'image/png' : 'image/jpeg'),
		}));
		const result = await runUnified(
			sandbox(),
			provider,
			{ ...generate, imageBinaryFields: 'data,extra', prompt: '={{ $itemIndex }}' },
			{ binary, input: binary.map(() => ({})) },
		);
		expect(result.error).toBeUndefined();
		expect(uploads()).toHaveLength(2);
		expect(submits()).toHaveLength(6);
	});

	it('the same picture in two fields is one reference', async () => {
		const binary = [
			{ data: binaryOf(png), copy: binaryOf(png), other: binaryOf(imageOf('image/png', 'a den')) },
		];
		const parameters = { ...generate, imageBinaryFields: 'data,copy,other' };
		const result = await runUnified(sandbox(), provider, parameters, { binary });
		expect(result.error).toBeUndefined();
		expect(await imagesSeen()).toEqual([[sha256(png), sha256(imageOf('image/png', 'a den'))]]);
	});

	it.each([
		['by the name of the field', 'data'],
		['as it is', '={{ $json._files.data }}'],
		['among others', '={{ [$json._files.data] }}'],
	])('combined binary data: a file is found %s', async (_, imageBinaryFields) => {
		const parameters = { ...generate, imageBinaryFields };
		// As workflows with that setting pass files on.
		const input = [{ _files: { data: { ...binaryOf(png) } } }];
		const result = await runUnified(sandbox(), provider, parameters, { input });
		expect(result.error).toBeUndefined();
		expect(await imagesSeen()).toEqual([[sha256(png)]]);
	});

	it('a file that an expression cannot hand over: the error asks for the name', async () => {
		// n8n leaves the bytes out of what an expression sees.
		const parameters = { ...generate, imageBinaryFields: '={{ $binary.data }}' };
		const result = await runUnified(sandbox(), provider, parameters, { binary: [one] });
		expect(result.error?.description).toContain('Give its name (data)');
		expect(sandbox().requests).toEqual([]);
	});

	it('another execution uploads anew', async () => {
		await runUnified(sandbox(), provider, generate, { binary: [one] });
		await runUnified(sandbox(), provider, generate, { binary: [one] });
		expect(uploads()).toHaveLength(2);
	});

	it('items with URLs and items with files go together, by expression', async () => {
		const input = [{ source: 'url', images: fox }, { source: 'binary' }, { images: fox }];
		const result = await runUnified(
			sandbox(),
			provider,
			{
				...generate,
				imageSource: '={{ $json.source }}',
				imageUrls: '={{ $json.images }}',
				imageBinaryFields: '={{ $json.field ?? "data" }}',
				options: { concurrency: 1 },
			},
			{ input, binary: [undefined, one] },
		);
		expect(result.error).toBeUndefined();
		const urls = submits().map(({ body }) => imageUrlsOf(body));
		expect(urls).toEqual([[fox], [expect.stringContaining('/files/')], [fox]]);
		expect(uploads()).toHaveLength(1);
	});

	it('no key goes to the host that takes the bytes, nor to those that serve files', async () => {
		await runUnified(sandbox(), provider, generate, { binary: [one] });
		const { apiKey } = sandbox().credentials[id];
		for (const { call, headers } of sandbox().requests) {
			const isApi = call === 'upload' || call === 'submit';
			expect([call, JSON.stringify(headers).includes(apiKey)]).toEqual([call, isApi]);
		}
	});

	it('the name of the user’s file is not told', async () => {
		await runUnified(sandbox(), provider, generate, { binary: [one] });
		const told = sandbox().requests.map(({ body, query, path }) => ({ body, query, path }));
		expect(JSON.stringify(told)).not.toMatch(/holiday/i);
	});

	it('as an AI tool, by its routing alone, it does the same', async () => {
		const result = await runUnified(sandbox(), provider, generate, {
			binary: [one],
			byRouting: true,
		});
		expect(result.error).toBeUndefined();
		expect(await imagesSeen()).toEqual([[sha256(png)]]);
	});

	const limit = provider.upload?.maxBytes ?? 0;
	const large = (bytes: number) => Buffer.concat([png, Buffer.alloc(bytes - png.length)]);

	it('an image of exactly the documented size is taken', async () => {
		const result = await runUnified(sandbox(), provider, generate, {
			binary: [{ data: binaryOf(large(limit)) }],
		});
		expect(result.error).toBeUndefined();
	});

	const page = Buffer.from('<!doctype html><title>Log in</title>');
	const refused: Array<[string, IBinaryKeyData, string]> = [
		['no such field', { other: binaryOf(png) }, 'There is no binary field "data"'],
		['no binary data at all', {}, 'There is no binary field "data"'],
		['a page', { data: binaryOf(page, 'text/html') }, 'not a PNG, JPEG or WebP image'],
		['a page that calls itself PNG', { data: binaryOf(page) }, 'its bytes are something else'],
		['a PNG that is called a video', { data: binaryOf(png, 'video/mp4') }, 'declared as video/mp4'],
		['a GIF', { data: binaryOf(Buffer.from('GIF89a'), 'image/gif') }, 'declared as image/gif'],
		['an empty file', { data: binaryOf(Buffer.alloc(0)) }, 'its bytes are an empty file'],
		['one byte too many', { data: binaryOf(large(limit + 1)) }, 'takes'],
		[
			'a size that n8n knows, before it is loaded',
			{ data: { ...binaryOf(png), bytes: limit + 1 } },
			`takes at most ${limit / 2 ** 20}.0 MB`,
		],
		[
			'a file that n8n has deleted',
			{ data: { ...binaryOf(png), id: 'filesystem-v2:workflows/test/gone' } },
			'can no longer be read',
		],
	];

	it.each(refused)('%s: nothing is uploaded, not even for the items before', async (...row) => {
		const [, broken, message] = row;
		const result = await runUnified(sandbox(), provider, generate, {
			input: [{}, {}],
			binary: [one, broken],
		});
		expect(result.error?.name).toBe('NodeOperationError');
		expect(result.error?.message).toMatch(/^Item 1: /);
		expect(result.error?.message).toContain('"data"');
		expect(result.error?.message).toContain(message);
		expect(result.error?.description).toMatch(/\w/);
		expect(sandbox().requests).toEqual([]);
	});

	it.each([
		['image/jpeg', 'is only misnamed'],
		['image/jpg', 'is not the name of the type'],
		['application/octet-stream', 'says nothing'],
		['', 'says nothing'],
		['image/pjpeg', 'is an old name'],
		['image/x-png', 'is an old name'],
		['image/*', 'says nothing'],
		['text/plain', "is n8n's last resort"],
		['application/force-download', 'says nothing'],
		['image/png; charset=binary', 'says more than it has to'],
	])('a PNG that is declared as "%s" is a PNG: it %s', async (mimeType) => {
		const result = await runUnified(sandbox(), provider, generate, {
			binary: [{ data: binaryOf(png, mimeType) }],
		});
		expect(result.error).toBeUndefined();
		expect(await imagesSeen()).toEqual([[sha256(png)]]);
	});

	it.each([
		['no field', { imageBinaryFields: '={{ " , " }}' }, 'There is no reference image'],
		['four fields', { imageBinaryFields: 'a,b,c,d' }, '4 reference images are too many'],
		[
			'a source that does not exist',
			{ imageSource: '={{ "drive" }}', imageUrls: fox },
			'Image Source is "drive"',
		],
	])('%s', async (_, parameters, message) => {
		const result = await runUnified(
			sandbox(),
			provider,
			{ ...generate, ...parameters },
			{ binary: [one] },
		);
		expect(result.error?.message).toContain(message);
		expect(sandbox().requests).toEqual([]);
	});
});

describe.each(providerTable.filter(([, provider]) => !provider.upload))('%s', (_, provider) => {
	it('has no storage: the error offers the URL field, and nothing is sent', async () => {
		const result = await runUnified(sandbox(), provider, generate, { binary: [one] });
		expect(result.error?.message).toBe(
			`Item 0: ${provider.displayName} takes reference images by URL only`,
		);
		expect(result.error?.description).toContain('Set Image Source to Image URL(s)');
		expect(result.error?.description).toContain(providersThat(({ upload }) => !!upload).join(', '));
		expect(sandbox().requests).toEqual([]);
	});

	it('one row with a file among rows with URLs stops the batch before it is paid for', async () => {
		const result = await runUnified(
			sandbox(),
			provider,
			{ ...generate, imageSource: '={{ $json.source }}', imageUrls: fox },
			{ input: [{}, { source: 'binary' }], binary: [undefined, one] },
		);
		expect(result.error?.message).toMatch(/^Item 1: /);
		expect(sandbox().requests).toEqual([]);
	});
});

it.each([
	['https://drive.google.com/file/d/1aBcDeF/view?usp=sharing', 'Google Drive', /id=1aBcDeF&export/],
	['https://www.dropbox.com/s/abc/fox.png?dl=0', 'Dropbox', /\/s\/abc\/fox\.png\?raw=1/],
	['https://www.dropbox.com/sh/abc/def?dl=0', 'Dropbox', /leads to a folder/],
])('the share link %s is refused with its direct form', async (imageUrls, service, direct) => {
	const [[, provider]] = providerTable;
	const result = await runUnified(sandbox(), provider, {
		...generate,
		imageSource: 'url',
		imageUrls: `${fox} ${imageUrls}`,
	});
	expect(result.error?.message).toContain(`Reference image 2 is a share link of ${service}`);
	expect(result.error?.description).toMatch(direct);
	expect(sandbox().requests).toEqual([]);
});
