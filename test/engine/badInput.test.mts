import type { IDataObject } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import { fox, jsonOf, request, runUnified, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox();
const [provider] = providers;
const four = Array.from({ length: 4 }, (_, index) => `https://cdn.example.org/${index}.png`);

const refused: Array<[string, IDataObject, string]> = [
	['no prompt', { prompt: '   ' }, 'The prompt is empty'],
	['a prompt that is an object', { prompt: '={{ { a: 1 } }}' }, 'The prompt is not text: {"a":1}'],
	['a prompt that is a list', { prompt: '={{ ["a", "b"] }}' }, 'The prompt is not text: ["a","b"]'],
	['no image', { imageUrls: '={{ "" }}' }, 'There is no reference image'],
	['four images', { imageUrls: four.join(' ') }, '4 reference images are too many'],
	[
		'words instead of an image',
		{ imageUrls: 'Paste the link of your image here' },
		'Reference image 1 is not a URL: Paste',
	],
	['an image that is no URL', { imageUrls: 'fox.png' }, 'Reference image 1 is not a URL'],
	[
		'80,000 spaces',
		{ imageUrls: `={{ "x" + " ".repeat(80000) + "x" }}` },
		'too much text in Image',
	],
	['a megabyte of commas', { imageUrls: `={{ ",".repeat(1e6) + "x" }}` }, 'too much text in Image'],
	['a file URL', { imageUrls: 'file:///etc/passwd' }, 'does not start with http'],
	['a data URL', { imageUrls: 'data:image/png;base64,AAAA' }, 'does not start with http'],
	['localhost', { imageUrls: 'http://localhost/a.png' }, 'on a private network'],
	[
		'a private address',
		{ imageUrls: `${fox} http://192.168.1.4/a.png` },
		'Reference image 2 is on a private network',
	],
	[
		'a loopback address in disguise',
		{ imageUrls: 'http://2130706433/a.png' },
		'on a private network',
	],
	[
		'an IPv6 loopback address',
		{ imageUrls: 'http://[::ffff:127.0.0.1]/a.png' },
		'on a private network',
	],
	[
		'an unknown model by expression',
		{ model: '={{ "veo-9" }}' },
		'"veo-9" is not a model of fal.ai',
	],
	['an unknown resolution', { resolution: '={{ "8k" }}' }, 'cannot make 8k videos'],
	['an unknown aspect ratio', { aspectRatio: '={{ "1:1" }}' }, 'cannot make 1:1 videos'],
	[
		'audio that is neither true nor false',
		{ generateAudio: '={{ "maybe" }}' },
		'Generate Audio is neither true nor false',
	],
	[
		'metadata that is no JSON',
		{ options: { metadata: '{row: 7' } },
		'Metadata is not a JSON object',
	],
	['metadata that is a list', { options: { metadata: '[7]' } }, 'Metadata is not a JSON object'],
	['a tolerance beyond 6', { options: { safetyTolerance: 9 } }, 'Safety Tolerance is 9'],
	[
		'a batch over the budget',
		{ options: { budget: 1.5 } },
		'estimated at 1.60 USD, over the budget of 1.50 USD',
	],
	[
		'a proxy that is no URL',
		{ options: { requestOptions: { proxy: 'nonsense' } } },
		'proxy in Request Options is not a URL',
	],
];

describe('refused before any request', () => {
	it.each(refused)('%s', async (_, parameters, message) => {
		const result = await runUnified(sandbox(), provider, {
			operation: 'generate',
			...request,
			...(parameters as object),
		});
		expect(result.error?.name).toBe('NodeOperationError');
		expect(result.error?.message).toContain(message);
		expect(result.error?.description).toMatch(/\w/);
		expect(result.error?.context?.itemIndex).toBe(0);
		expect(sandbox().requests).toEqual([]);
	});

	it.each([
		['generate', {}],
		['generateAndWait', {}],
		['get', { resource: 'job', jobId: '3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be' }],
	])('%s without a credential', async (operation, parameters) => {
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation, ...request, ...parameters },
			{ credentials: {} },
		);
		expect(result.error).toMatchObject({
			name: 'NodeOperationError',
			message: 'Item 0: no fal.ai credential is chosen',
			description: 'Choose or create one at the top of the node',
		});
		expect(sandbox().requests).toEqual([]);
	});

	it('one bad row of a batch: no row is submitted, and the error names the row', async () => {
		const input = [{ prompt: 'fine' }, { prompt: '' }];
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generateAndWait', ...request, prompt: '={{ $json.prompt }}' },
			{ input },
		);
		expect(result.error?.message).toBe('Item 1: The prompt is empty');
		expect(sandbox().requests).toEqual([]);
	});

	it('with On Error = Continue, only the bad row is left out', async () => {
		const input = [{ prompt: 'fine' }, { prompt: '' }];
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generate', ...request, prompt: '={{ $json.prompt }}' },
			{ input, onError: 'continueRegularOutput' },
		);
		expect(jsonOf(result).map(({ status }) => status)).toEqual(['queued', 'failed']);
		expect(jsonOf(result)[1]).toMatchObject({ jobId: null, error: { code: 'validation' } });
		expect(sandbox().count({ call: 'submit' })).toBe(1);
	});

	it('with the error output, the bad row leaves there', async () => {
		const input = [{ prompt: 'fine' }, { prompt: '', row: 2 }];
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generate', ...request, prompt: '={{ $json.prompt }}' },
			{ input, onError: 'continueErrorOutput' },
		);
		expect(result.items).toHaveLength(1);
		expect(result.errorItems[0].json).toMatchObject({
			row: 2,
			error: expect.stringContaining('The prompt is empty'),
			details: { error: { code: 'validation' } },
		});
	});

	it.each(['get', 'cancel'])('%s: a job ID of another provider', async (operation) => {
		const jobId = 'task-unified-1760000000-ab12cd34';
		const result = await runUnified(sandbox(), provider, { resource: 'job', operation, jobId });
		expect(result.error?.name).toBe('NodeOperationError');
		expect(result.error?.message).toBe(`Item 0: Job ID "${jobId}" does not belong to fal.ai`);
		expect(sandbox().requests).toEqual([]);
	});

	it('get: an item that another provider generated, whatever its ID looks like', async () => {
		const input = [{ provider: 'aihubmax', jobId: '3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be' }];
		const parameters = { resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' };
		const result = await runUnified(sandbox(), provider, parameters, { input });
		expect(result.error?.message).toContain('but to aihubmax');
	});

	it('get: an empty job ID', async () => {
		const parameters = { resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' };
		const result = await runUnified(sandbox(), provider, parameters, { input: [{ jobId: null }] });
		expect(result.error?.message).toBe('Item 0: The job ID is empty');
	});

	it.each([
		['get', { resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' }],
		['download', { operation: 'download', jobId: '={{ $json.jobId }}' }],
	])('%s: a row that was refused: the reason then is the reason now', async (_, parameters) => {
		const onError = 'continueRegularOutput';
		const generate = { operation: 'generate', ...request, prompt: 'x #sandbox:no-balance' };
		const [item] = jsonOf(await runUnified(sandbox(), provider, generate, { onError }));
		expect(item).toMatchObject({ status: 'failed', jobId: null });
		const asked = sandbox().requests.length;
		const result = await runUnified(sandbox(), provider, parameters, { input: [item], onError });
		expect(jsonOf(result)).toEqual([item]);
		expect(sandbox().requests).toHaveLength(asked);
	});

	it('download: neither job ID nor video URL', async () => {
		const parameters = { operation: 'download', jobId: '', videoUrl: '' };
		const result = await runUnified(sandbox(), provider, parameters);
		expect(result.error?.message).toBe('Item 0: There is neither a job ID nor a video URL');
	});

	it('download: a video URL that is not http(s)', async () => {
		const parameters = { operation: 'download', jobId: '', videoUrl: 'file:///etc/passwd' };
		const result = await runUnified(sandbox(), provider, parameters);
		expect(result.error?.message).toContain('does not start with http:// or https://');
	});

	it('a credential without a base URL', async () => {
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generate', ...request },
			{ credentials: { [provider.credential]: { apiKey: 'key', baseUrl: '' } } },
		);
		expect(result.error?.message).toContain('credential has no valid base URL');
	});
});

it('a budget that the batch meets exactly is kept', async () => {
	const result = await runUnified(
		sandbox(),
		provider,
		{ operation: 'generate', ...request, options: { budget: 4.8 } },
		{ input: [{}, {}, {}] },
	);
	expect(result.error).toBeUndefined();
	expect(sandbox().count({ call: 'submit' })).toBe(3);
});

it('with On Error = Continue, a wrong option is an error in each item', async () => {
	const result = await runUnified(
		sandbox(),
		provider,
		{ operation: 'generate', ...request, options: { concurrency: '={{ "x" }}' } },
		{ input: [{}, {}], onError: 'continueRegularOutput' },
	);
	expect(jsonOf(result).map(({ status }) => status)).toEqual(['failed', 'failed']);
	expect(sandbox().requests).toEqual([]);
});

describe('spreadsheet cells are read as people write them', () => {
	it.each<[string, IDataObject, IDataObject]>([
		[
			'empty cells are no choice',
			{ resolution: '', aspectRatio: '' },
			{ resolution: '720p', aspect_ratio: '16:9' },
		],
		['4K in capitals', { resolution: '4K' }, { resolution: '4k' }],
		['TRUE as text', { audio: 'TRUE' }, { generate_audio: true }],
		['two images in one cell', { images: `${fox}, ${four[1]}` }, { image_urls: [fox, four[1]] }],
	])('%s', async (_, row, expected) => {
		await runUnified(
			sandbox(),
			provider,
			{
				operation: 'generate',
				prompt: 'x',
				imageUrls: `={{ $json.images ?? "${fox}" }}`,
				resolution: '={{ $json.resolution }}',
				aspectRatio: '={{ $json.aspectRatio }}',
				generateAudio: '={{ $json.audio }}',
			},
			{ input: [row] },
		);
		expect(sandbox().requests[0].body).toMatchObject(expected);
	});
});
