import { readFile } from 'node:fs/promises';

import axios from 'axios';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { jsonOf } from './sandboxed.mts';
import { binaryOf, imageOf } from './imageFiles.mts';
import { withoutNetwork } from './noNetwork.mts';
import { simulate, simulator, styles } from './simulated.mts';
import type { RunOptions } from './sandboxed.mts';

const free = { amount: 0, currency: 'USD', kind: 'charged' };
const estimated = { ...free, kind: 'estimated' };

const waitAwake = { waitStrategy: 'polling', pollInterval: 1 };

describe.each(styles)('%s, without a key and without a network', (_, style: RunOptions) => {
	const one = async (parameters: INodeParameters, options: RunOptions = {}) =>
		jsonOf(await simulate(parameters, { ...style, ...options }))[0];
	const generate = async (prompt: string) => await one({ operation: 'generate', prompt });
	const ask = async (operation: string, { jobId }: IDataObject) =>
		await one({ resource: 'job', operation, jobId: String(jobId) });

	it('generates, and gets the job while it runs and when it has ended', async () => {
		const job = await generate('a fox #sandbox:seconds=600');
		expect(job).toMatchObject({
			provider: 'simulator',
			model: 'simulator/reference-to-video',
			status: 'queued',
			error: null,
			cost: estimated,
		});
		expect(['queued', 'in_progress']).toContain((await ask('get', job)).status);
		const later = Date.now() + 600_000;
		const now = jest.spyOn(Date, 'now').mockImplementation(() => later);
		const ended = await ask('get', job);
		now.mockRestore();
		expect(ended).toMatchObject({
			jobId: job.jobId,
			status: 'completed',
			progress: 100,
			videoUrl: `https://simulator.invalid/${String(job.jobId)}.mp4`,
			cost: free,
		});
	});

	it('generates and waits', async () => {
		const prompt = 'a fox #sandbox:seconds=1';
		const job = await one({ operation: 'generateAndWait', prompt, options: waitAwake });
		expect(job).toMatchObject({ status: 'completed', error: null, cost: free });
	});

	it('downloads the clip', async () => {
		const job = await generate('a fox #sandbox:seconds=0');
		const { videoUrl } = await ask('get', job);
		for (const [given, name] of [
			[{ jobId: job.jobId, videoUrl }, String(job.jobId)],
			[{ jobId: '', videoUrl }, 'video'],
		] as const) {
			const result = await simulate({ operation: 'download', ...given } as INodeParameters, style);
			const { data } = result.items[0].binary ?? {};
			expect(data).toMatchObject({ fileName: `${name}.mp4`, mimeType: 'video/mp4' });
			expect(data?.bytes).toBeGreaterThan(1000);
		}
	});

	it('cancels a job that runs, and returns one that has ended', async () => {
		const running = await generate('a fox #sandbox:seconds=600');
		expect(await ask('cancel', running)).toMatchObject({ status: 'canceled', error: null });
		expect(await ask('get', running)).toMatchObject({
			status: 'canceled',
			error: { code: 'canceled' },
		});
		const ended = await generate('a fox #sandbox:seconds=0');
		expect(await ask('cancel', ended)).toMatchObject({ status: 'completed' });
	});

	it('estimates that it costs nothing, which is within any budget', async () => {
		expect(await one({ operation: 'estimateCost' })).toMatchObject({
			status: null,
			jobId: null,
			cost: estimated,
		});
		const parameters = { operation: 'generate', options: { budget: 0 } };
		expect(await one(parameters)).toMatchObject({ status: 'queued' });
	});

	it('takes binary images', async () => {
		const parameters = { operation: 'generate', imageSource: 'binary' };
		const job = await one(parameters, {
			binary: [{ data: binaryOf(imageOf('image/png', 'fox')) }],
		});
		expect(job).toMatchObject({ status: 'queued', error: null });
	});

	it.each([
		['content-policy', { status: 'failed', error: { code: 'content_policy' } }],
		['image-unreadable', { status: 'failed', error: { code: 'image_unreadable' } }],
		['generation-failed', { status: 'failed', error: { code: 'provider_unavailable' } }],
		['canceled', { status: 'canceled', error: { code: 'canceled' } }],
		['never', { status: 'in_progress', error: null }],
	])('#sandbox:%s is accepted and shows at the end', async (word, expected) => {
		const job = await generate(`a fox #sandbox:${word} #sandbox:seconds=0`);
		expect(job).toMatchObject({ status: 'queued', error: null });
		await new Promise((resolve) => setTimeout(resolve, 2));
		expect(await ask('get', job)).toMatchObject(expected);
	});

	it.each([
		['no-balance', 'insufficient_balance', 'balance'],
		['megabytes=500', 'validation', '#sandbox:megabytes'],
		['contentpolicy', 'validation', '#sandbox:contentpolicy'],
		['seconds=', 'validation', 'seconds'],
		['seconds=1e9', 'validation', 'seconds'],
		['never #sandbox:link-gone', 'validation', 'cannot both happen'],
	])('#sandbox:%s is refused at once', async (words, code, message) => {
		const result = await simulate(
			{ operation: 'generate', prompt: `a fox #sandbox:${words}` },
			{ ...style, onError: 'continueRegularOutput' },
		);
		const [job] = jsonOf(result);
		expect(job).toMatchObject({ status: 'failed', jobId: null, error: { code } });
		expect(String((job.error as IDataObject).message)).toContain(message);
	});

	it('#sandbox:link-gone completes, and its link is dead', async () => {
		const job = await generate('a fox #sandbox:link-gone #sandbox:seconds=0');
		expect(await ask('get', job)).toMatchObject({ status: 'completed' });
		const [failed] = jsonOf(
			await simulate(
				{ operation: 'download', jobId: String(job.jobId), videoUrl: '' },
				{ ...style, onError: 'continueRegularOutput' },
			),
		);
		expect(failed.error).toMatchObject({ code: 'not_found' });
	});

	it('does not know the jobs and the videos of others', async () => {
		const videoUrl = 'https://cdn.example.org/fox.mp4';
		const options: RunOptions = { ...style, onError: 'continueRegularOutput' };
		const [video] = jsonOf(await simulate({ operation: 'download', jobId: '', videoUrl }, options));
		expect(JSON.stringify(video.error)).toContain('only its own videos');
		const jobId = '3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be';
		const asked = { resource: 'job', operation: 'get', jobId };
		const [job] = jsonOf(await simulate(asked, options));
		expect(JSON.stringify(job.error)).toContain('does not belong to Simulator');
	});
});

it('a request that leaves would be noticed, whoever swallows its error', async () => {
	const ask = async () => await axios.get('http://127.0.0.1:49151').catch(() => undefined);
	await expect(withoutNetwork(ask)).rejects.toThrow('connectionsTried');
});

it('a batch of mixed outcomes comes back in order, each with its own end', async () => {
	const words = ['seconds=1', 'content-policy', 'no-balance', 'seconds=0', 'canceled'];
	const result = await simulate(
		{
			operation: 'generateAndWait',
			prompt: '={{ $json.prompt }}',
			options: { ...waitAwake, metadata: '={{ { row: $json.row } }}' },
		},
		{
			input: words.map((word, row) => ({
				row,
				prompt: `a fox #sandbox:${word}${word.startsWith('seconds') ? '' : ' #sandbox:seconds=1'}`,
			})),
			onError: 'continueRegularOutput',
		},
	);
	expect(jsonOf(result).map(({ status, metadata }) => [status, metadata])).toEqual([
		['completed', { row: 0 }],
		['failed', { row: 1 }],
		['failed', { row: 2 }],
		['completed', { row: 3 }],
		['canceled', { row: 4 }],
	]);
	const ids = jsonOf(result).map(({ jobId }) => jobId);
	expect(ids.filter((id) => id !== null)).toHaveLength(4);
	expect(new Set(ids).size).toBe(5);
	expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual(
		words.map((_, item) => ({ item })),
	);
});

it('a real provider does not take a job of the simulator', async () => {
	const [job] = jsonOf(await simulate({ operation: 'generate' }));
	const input = [{ row: 1 }];
	const result = await simulate(
		{ provider: 'fal', resource: 'job', operation: 'get', jobId: String(job.jobId) },
		{ input, credentials: { veoFalApi: { apiKey: 'k', baseUrl: 'http://127.0.0.1:1' } } },
	);
	expect(result.error?.message).toContain('does not belong to fal.ai');
});

it('the README of the package names it, and no table of prices does', async () => {
	const readme = await readFile(`${__dirname}/../../README.md`, 'utf8');
	expect(readme).toContain(simulator.displayName);
	expect(readme).not.toContain(simulator.models[0].id);
});
