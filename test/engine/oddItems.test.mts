import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { z } from 'zod';

import { jobItemSchema } from '../../scripts/schema/jobItem.mts';
import { fox, jsonOf, providerTable, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const [[, fal]] = providerTable;

const published = z.fromJSONSchema(jobItemSchema as z.core.JSONSchema.JSONSchema, {
	defaultTarget: 'openapi-3.0',
});

/** What may stand in a row where something else was expected. */
const odd: unknown[] = [
	...[
		null,
		true,
		0,
		-1,
		1e300,
		'',
		' ',
		'some text',
		'constructor',
		'__proto__',
		'..',
		'x'.repeat(30_000),
	],
	...[[], [[]], ['text'], {}, { toString: 5 }, { toString: null, valueOf: null }, { message: 5 }],
	...[{ message: {} }, { code: 'toString', message: 'text' }, { code: {}, message: 'text' }],
	...[{ code: 'validation' }, { code: 'validation', message: '' }, { amount: 'x' }, { length: 9 }],
];
const names = [
	...['error', 'jobId', 'provider', 'model', 'status', 'progress', 'cost', 'metadata', 'details'],
	...['videoUrl', 'videoUrlExpiresAt', 'message', 'raw', '_files', 'imageUrls', 'prompt'],
];
const refused = { provider: 'fal', jobId: null, status: 'failed', videoUrl: null };
const known = { provider: 'fal', jobId: '00000000-0000-4000-8000-000000000000' };

/** A job that was refused, and one that the provider does not know, each with one odd field. */
const rows = [refused, known].flatMap((job) =>
	names.flatMap((name) => odd.map((value) => ({ ...job, [name]: value }) as IDataObject)),
);

const operations: Record<string, INodeParameters> = {
	get: { resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' },
	cancel: { resource: 'job', operation: 'cancel', jobId: '={{ $json.jobId }}' },
	download: {
		...{ operation: 'download', binaryField: '={{ $json.message }}' },
		...{ jobId: '={{ $json.jobId }}', videoUrl: '={{ $json.videoUrl }}' },
	},
	generate: {
		...{ operation: 'generate', model: '={{ $json.model }}', resolution: '={{ $json.status }}' },
		...{ imageUrls: '={{ $json.imageUrls }}', prompt: '={{ $json.prompt }}' },
		options: { metadata: '={{ $json.metadata }}', safetyTolerance: '={{ $json.progress }}' },
	},
	'generate from a source': {
		prompt: 'A fox',
		operation: 'generate',
		imageUrls: fox,
		imageSource: '={{ $json.error }}',
	},
	'generate with files': {
		...{ operation: 'generate', prompt: 'A fox', imageSource: 'binary' },
		imageUrls: fox,
		...{ imageBinaryFields: '={{ $json._files }}', aspectRatio: '={{ $json.error }}' },
	},
};

/** Words of JavaScript, which tell the user of a workflow nothing. */
const internal =
	/is not a function|undefined|not iterable|Cannot |\[object|circular|call stack|NaN|Unexpected/;

it.each(Object.entries(operations))(
	'%s: an odd row is an item with an error that people understand',
	async (_, parameters) => {
		const fault = { kind: 'status', status: 404 } as const;
		for (const call of ['status', 'cancel', 'submit'] as const)
			sandbox().inject({ call, fault, times: Infinity });
		const options = { input: rows, onError: 'continueRegularOutput' } as const;
		const { error, items } = await runUnified(sandbox(), fal, parameters, options);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(rows.length);
		for (const [index, { json }] of items.entries()) {
			const problem = published.safeParse(json).error?.issues;
			expect([rows[index], problem]).toEqual([rows[index], undefined]);
			const { message } = json.error as IDataObject;
			expect([rows[index], message]).toEqual([rows[index], expect.not.stringMatching(internal)]);
			expect([rows[index], String(message).length < 3000]).toEqual([rows[index], true]);
		}
	},
);

it.each([
	['some text', 'some text'],
	[{ message: 'some text' }, 'some text'],
	[{ code: 'nonsense', message: 'some text', retryable: 'yes' }, 'some text'],
	[5, 'Item 0: The job ID is empty'],
	[['some text'], 'Item 0: The job ID is empty'],
	[null, 'Item 0: The job ID is empty'],
	[{ code: 'validation' }, 'Item 0: The job ID is empty'],
])('a row that was refused for %j: the reason, where it tells one', async (failure, message) => {
	const input = [{ ...refused, error: failure }] as IDataObject[];
	const result = await runUnified(sandbox(), fal, operations.get, { input });
	expect(result.error?.message).toBe(message);
	const kept = { input, onError: 'continueRegularOutput' } as const;
	const [item] = jsonOf(await runUnified(sandbox(), fal, operations.get, kept));
	const code = String(message).startsWith('Item') ? 'validation' : 'unknown';
	expect(item.error).toMatchObject({ code, retryable: false });
});

it('what a row says of its job is kept where it has the right shape, and left out elsewhere', async () => {
	const generate = { operation: 'generate', prompt: 'A fox', imageUrls: fox };
	const [{ jobId }] = jsonOf(await runUnified(sandbox(), fal, generate));
	sandbox().finish(String(jobId));
	const get = async (row: IDataObject) => {
		const input = [{ provider: 'fal', jobId, ...row }] as IDataObject[];
		return jsonOf(await runUnified(sandbox(), fal, operations.get, { input }))[0];
	};
	const right = { model: fal.models[0].id, cost: { amount: 1, currency: 'USD', kind: 'charged' } };
	expect(await get({ ...right, metadata: { row: 7 } })).toMatchObject({
		...{ ...right, metadata: { row: 7 } },
		status: 'completed',
	});
	const wrong = { model: ['x'], cost: { amount: '1', currency: 'USD' }, metadata: [7] };
	expect(await get(wrong)).toMatchObject({ cost: null, metadata: null, status: 'completed' });
});
