import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { runNode } from './harness.mts';
import type { NodeResult } from './harness.mts';
import { binaryOf, imageOf } from './imageFiles.mts';
import {
	fox,
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';
import { simulate } from './simulated.mts';

const sandbox = useSandbox(600);
useFastClock();

const fal = providers.find(({ id }) => id === 'fal') as VideoProvider;
const fast = 'fal-ai/veo3.1/fast/reference-to-video';
const secret = 'the unreleased product of somebody else';

const run = async (parameters: INodeParameters, options: RunOptions = {}): Promise<NodeResult> =>
	await runUnified(sandbox(), fal, { ...request, ...parameters }, options);

const recover = async (parameters: INodeParameters = {}, options: RunOptions = {}) =>
	await run({ resource: 'job', operation: 'recover', ...parameters }, options);

/** Accepted, and the answer is lost on its way. @returns the id that nobody was told */
async function submitAndLose(parameters: INodeParameters = {}, options: RunOptions = {}) {
	const fault = { kind: 'status', status: 502, afterHandling: true } as const;
	sandbox().inject({ provider: 'fal', call: 'submit', fault });
	const { error } = await run({ operation: 'generate', ...parameters }, options);
	expect(error?.message).toContain('may have accepted and billed');
	return sandbox().jobs().at(-1)?.id ?? '';
}

async function submitAndFinish(parameters: INodeParameters = {}, options: RunOptions = {}) {
	const id = await submitAndLose(parameters, options);
	sandbox().finish(id);
	return id;
}

const submits = () => sandbox().count({ call: 'submit' });

it.each([
	['in a workflow', 'veoReferenceVideo', {}],
	['as a tool', 'veoReferenceVideo', { byRouting: true }],
	['in a workflow, by its own node', 'falVeo', {}],
	['as a tool, by its own node', 'falVeo', { byRouting: true }],
])('%s: the job of a lost answer is found, and nothing is submitted', async (_, type, style) => {
	const other = await submitAndFinish({ prompt: secret });
	const lost = await submitAndFinish();
	const before = submits();
	const result = await runNode({
		type,
		parameters: {
			provider: 'fal',
			resource: 'job',
			operation: 'recover',
			...request,
			options: { metadata: '{"row": 7}' },
		},
		credentials: { veoFalApi: sandbox().credentials.fal },
		...style,
	});
	expect(jsonOf(result)).toEqual([
		{
			provider: 'fal',
			model: fal.models[0].id,
			jobId: lost,
			status: 'completed',
			progress: 100,
			videoUrl: sandbox()
				.jobs()
				.find(({ id }) => id === lost)?.videoUrl,
			videoUrlExpiresAt: null,
			error: null,
			cost: { amount: 1.6, currency: 'USD', kind: 'estimated' },
			metadata: { row: 7 },
		},
	]);
	expect(JSON.stringify(result.items)).not.toContain(other);
	expect(submits()).toBe(before);
});

it('rows are recovered each for itself, in their order', async () => {
	const prompts = ['a boat', 'a fox', 'a tea garden'];
	const ids: string[] = [];
	for (const prompt of prompts) ids.push(await submitAndFinish({ prompt }));
	const result = await recover(
		{ prompt: '={{ $json.prompt }}' },
		{ input: [...prompts].reverse().map((prompt) => ({ prompt })) },
	);
	expect(jsonOf(result).map(({ jobId }) => jobId)).toEqual(ids.reverse());
	expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual(
		prompts.map((_, item) => ({ item })),
	);
});

it.each([
	[
		'what the record says, where the result is forgotten',
		'result-expired',
		{ status: 'completed' },
	],
	['a failure', 'content-policy', { status: 'failed', error: { code: 'content_policy' } }],
])('it tells %s', async (_, word, expected) => {
	const prompt = `a fox #sandbox:${word}`;
	const jobId = await submitAndFinish({ prompt });
	expect(jsonOf(await recover({ prompt }))[0]).toMatchObject({ jobId, ...expected });
});

it('a job that still runs is found where fal.ai lists it', async () => {
	const prompt = 'a fox #sandbox:listed-early';
	const jobId = await submitAndLose({ prompt });
	const [job] = jsonOf(await recover({ prompt }));
	expect(job).toMatchObject({ jobId, error: null });
	expect(['queued', 'in_progress']).toContain(job.status);
});

describe('nothing is found', () => {
	const expectNothing = async (parameters: INodeParameters, more: string[] = []) => {
		const { error } = await recover(parameters);
		const text = `${error?.message} ${error?.description}`;
		const said = ['no request of the last', 'does not prove that nothing was billed', ...more];
		for (const part of said) expect(text).toContain(part);
		expect(text).not.toContain(secret);
		return error;
	};

	it.each([
		['the prompt', { prompt: 'another fox' }],
		['the model', { model: fast }],
		['the images', { imageUrls: 'https://cdn.example.org/other.png' }],
		['the number of images', { imageUrls: [fox, 'https://cdn.example.org/other.png'] as never }],
	])('where %s differs', async (_, parameters) => {
		await submitAndFinish({ prompt: secret });
		await submitAndFinish();
		await expectNothing(parameters);
	});

	it('where it still runs and is not listed', async () => {
		await submitAndLose();
		await expectNothing({}, ['a request that still runs may not be listed yet']);
	});

	it('where it is not stored what was asked for, which is said', async () => {
		const prompt = 'a fox #sandbox:not-stored';
		await submitAndFinish({ prompt });
		await expectNothing({ prompt }, ['for 1 the prompt is not known']);
	});

	it('before the window', async () => {
		await submitAndFinish();
		await new Promise((resolve) => setTimeout(resolve, 50));
		await expectNothing({ options: { within: 0.00001 } });
		expect(jsonOf(await recover({ options: { within: 720 } }))).toHaveLength(1);
	});

	it('and its row keeps what it came with', async () => {
		const input = [{ provider: 'fal', jobId: null, status: 'failed', metadata: { row: 7 } }];
		const result = await recover({}, { input: input as never, onError: 'continueRegularOutput' });
		expect(jsonOf(result)[0]).toMatchObject({
			jobId: null,
			metadata: { row: 7 },
			error: { code: 'not_found', retryable: true, accepted: 'maybe' },
		});
	});

	it('which leaves a row that was certainly refused as it is', async () => {
		const error = { code: 'authentication', message: 'x', retryable: false, accepted: 'no' };
		const input = [{ provider: 'fal', jobId: null, status: 'failed', error }];
		const result = await recover({}, { input: input as never, onError: 'continueRegularOutput' });
		expect(jsonOf(result)[0]).toMatchObject({ error: { code: 'not_found', accepted: 'no' } });
	});
});

describe('several requests ask for the same', () => {
	it('which is refused, with the ids of these alone', async () => {
		const other = await submitAndFinish({ prompt: secret });
		const ids = [await submitAndFinish(), await submitAndFinish()];
		const { error, items } = await recover();
		expect(items).toEqual([]);
		expect(error?.message).toContain('2 requests ask for this video');
		for (const id of ids) expect(error?.description).toContain(id);
		expect(`${error?.message} ${error?.description}`).not.toContain(other);
	});

	it('unless the rest of the request tells which one is meant', async () => {
		await submitAndFinish({ resolution: '1080p' });
		const jobId = await submitAndFinish();
		expect(jsonOf(await recover())[0]).toMatchObject({ jobId });
		expect(jsonOf(await recover({ resolution: '1080p' }))[0].jobId).not.toBe(jobId);
	});
});

describe('uploaded files', () => {
	const files: RunOptions = { binary: [{ data: binaryOf(imageOf('image/png', 'fox')) }] };
	const binary = { imageSource: 'binary' };

	it('have other URLs each time, so they are not compared, and not uploaded', async () => {
		const jobId = await submitAndFinish(binary, files);
		const uploads = sandbox().count({ call: 'upload' });
		expect(jsonOf(await recover(binary, files))[0]).toMatchObject({ jobId });
		expect(jsonOf(await recover({ imageUrls: '={{ "" }}' }))[0]).toMatchObject({ jobId });
		expect(sandbox().count({ call: 'upload' })).toBe(uploads);
	});
});

describe('is refused before any request', () => {
	it.each<[string, INodeParameters, string]>([
		['without a prompt', { prompt: ' ' }, 'The prompt is empty'],
		['with a prompt that is not text', { prompt: '={{ [1] }}' }, 'The prompt is not text'],
		['within no time', { options: { within: 0 } }, 'Within is 0 hours'],
		['within more than 30 days', { options: { within: 721 } }, 'Within is 721 hours'],
		['within a word', { options: { within: 'a day' as never } }, 'Within is not a number'],
		['with what the model cannot do', { resolution: '360p' }, 'cannot make 360p'],
	])('%s', async (_, parameters, message) => {
		const { error } = await recover(parameters);
		expect(error?.message).toMatch(/^Item 0: /);
		expect(error?.message).toContain(message);
		expect(sandbox().requests).toEqual([]);
	});

	it.each(providerTable.filter(([id]) => id !== 'fal'))('by %s', async (_, provider) => {
		const parameters = { resource: 'job', operation: 'recover', ...request };
		expect((await runUnified(sandbox(), provider, parameters)).error).toBeDefined();
		expect(sandbox().requests).toEqual([]);
	});

	it('by the simulator', async () => {
		expect((await simulate({ resource: 'job', operation: 'recover' })).error).toBeDefined();
	});
});

describe('the list of fal.ai', () => {
	it('is read page by page', async () => {
		const post = async (prompt: string) =>
			await fetch(`${sandbox().url}/fal/queue/${fal.models[0].id}`, {
				method: 'POST',
				headers: { Authorization: `Key ${sandbox().apiKey}`, 'Content-Type': 'application/json' },
				body: JSON.stringify({ prompt, image_urls: [fox], duration: '8s' }),
			});
		const jobId = await submitAndFinish();
		await new Promise((resolve) => setTimeout(resolve, 5));
		for (let count = 0; count < 120; count++) await post(`${secret} #sandbox:seconds=0`);
		const result = await recover({ simplify: false });
		const [{ raw, ...job }] = jsonOf(result);
		expect(job).toMatchObject({ jobId, status: 'completed' });
		expect(sandbox().count({ call: 'requests' })).toBe(2);
		// What the provider says of the job, not what it says of others.
		expect(Object.keys(raw as IDataObject)).toEqual(['video']);
		expect(JSON.stringify(result.run.data)).not.toContain(secret);
	}, 60_000);

	it.each([
		[401, 'did not accept the API key', 1],
		[403, 'fal.ai', 1],
		[503, 'could not serve', 4],
	])('that is answered %s is an error', async (status, message, asked) => {
		const fault = { kind: 'status', status } as const;
		sandbox().inject({ provider: 'fal', call: 'requests', fault, times: Infinity });
		const { error } = await recover();
		expect(error?.message).toContain(message);
		expect(sandbox().count({ call: 'requests' })).toBe(asked);
	});

	it('that is answered with something else is an error', async () => {
		const fault = {
			kind: 'raw',
			status: 200,
			contentType: 'application/json',
			body: '{}',
		} as const;
		sandbox().inject({ provider: 'fal', call: 'requests', fault });
		const { error } = await recover();
		expect(error?.message).toContain('the answer contains no list of requests');
	});
});
