import { Container } from '@n8n/di';
import axios from 'axios';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject } from 'n8n-workflow';

import { sha256 } from '../../sandbox/sha256.mts';
import { nodeTypes } from '../../scripts/sources.mts';
import { runNode } from './harness.mts';
import {
	codeAt,
	fox,
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const wait = { options: { pollInterval: 1 } };

const jobKeys = [
	'provider',
	'model',
	'jobId',
	'status',
	'progress',
	'videoUrl',
	'videoUrlExpiresAt',
	'error',
	'cost',
	'metadata',
];

async function bytesOf(binary: IBinaryData): Promise<Buffer> {
	return await Container.get(BinaryDataService).getAsBuffer(binary);
}

describe.each(providerTable)('%s', (id, provider) => {
	it('generate returns the job at once, in the one job shape', async () => {
		const result = await runUnified(sandbox(), provider, {
			operation: 'generate',
			...request,
			options: { metadata: '{"row": 7}' },
		});
		const [job] = jsonOf(result);
		expect(Object.keys(job)).toEqual(jobKeys);
		expect(job).toMatchObject({
			provider: id,
			model: provider.models[0].id,
			jobId: sandbox().jobs()[0].id,
			status: 'queued',
			videoUrl: null,
			error: null,
			metadata: { row: 7 },
		});
		expect(sandbox().count({ call: 'status' })).toBe(0);
	});

	it('generateAndWait returns the finished videos in the order of the items', async () => {
		const input = ['one', 'two', 'three'].map((prompt) => ({ prompt }));
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generateAndWait', ...request, prompt: '={{ $json.prompt }}', ...wait },
			{ input },
		);
		const jobs = jsonOf(result);
		expect(jobs.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
		const prompts = new Map(
			sandbox()
				.jobs()
				.map((job) => [job.id, job.prompt]),
		);
		expect(jobs.map(({ jobId }) => prompts.get(String(jobId)))).toEqual(['one', 'two', 'three']);
		for (const { videoUrl } of jobs) expect(videoUrl).toMatch(/^http:.*\.mp4$/);
	});

	it('a job that failed after it was accepted is a normal item, whatever On Error says', async () => {
		for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
			const input = ['fine', 'refused #sandbox:content-policy'].map((prompt) => ({ prompt }));
			const result = await runUnified(
				sandbox(),
				provider,
				{ operation: 'generateAndWait', ...request, prompt: '={{ $json.prompt }}', ...wait },
				{ input, onError },
			);
			expect(result.error).toBeUndefined();
			const [fine, refused] = jsonOf(result);
			expect(fine.status).toBe('completed');
			expect(refused).toMatchObject({
				status: 'failed',
				jobId: sandbox()
					.jobs()
					.find(({ prompt }) => prompt.startsWith('refused'))?.id,
				error: { code: codeAt(provider, 'content_policy'), retryable: false },
			});
			sandbox().reset();
		}
	});

	it('with the error output, a failed job goes there with everything that is known of it', async () => {
		const result = await runUnified(
			sandbox(),
			provider,
			{
				operation: 'generateAndWait',
				...request,
				prompt: 'x #sandbox:content-policy',
				...wait,
			},
			{ onError: 'continueErrorOutput', input: [{ row: 3 }] },
		);
		expect(result.items).toEqual([]);
		const [{ json }] = result.errorItems;
		expect(json).toMatchObject({
			row: 3,
			error: (json.details as { error: { message: string } }).error.message,
			details: {
				status: 'failed',
				jobId: sandbox().jobs()[0].id,
				error: { code: codeAt(provider, 'content_policy') },
			},
		});
	});

	it('a job that is not finished in time keeps its ID, for Job > Get', async () => {
		const result = await runUnified(sandbox(), provider, {
			operation: 'generateAndWait',
			...request,
			prompt: 'x #sandbox:never',
			options: { pollInterval: 1, timeout: 0.05 },
		});
		expect(jsonOf(result)).toEqual([
			expect.objectContaining({
				jobId: sandbox().jobs()[0].id,
				status: expect.stringMatching(/queued|in_progress/),
				error: expect.objectContaining({
					code: 'timeout',
					message: expect.stringContaining('Get'),
				}),
			}),
		]);
	});

	it('get tells a running job from a finished one', async () => {
		const generated = await runUnified(sandbox(), provider, {
			operation: 'generate',
			...request,
			prompt: 'x #sandbox:seconds=30',
			options: { metadata: '{"row": 1}' },
		});
		const [job] = jsonOf(generated);
		const get = async () =>
			jsonOf(
				await runUnified(
					sandbox(),
					provider,
					{ resource: 'job', operation: 'get', jobId: '={{ $json.jobId }}' },
					{ input: [job] },
				),
			)[0];
		expect(await get()).toMatchObject({ jobId: job.jobId, status: 'queued', videoUrl: null });
		sandbox().finish(String(job.jobId));
		expect(await get()).toMatchObject({
			jobId: job.jobId,
			model: provider.models[0].id,
			status: 'completed',
			progress: 100,
			videoUrl: expect.stringMatching(/\.mp4$/),
			// Carried over from the item that came in: the provider does not know it.
			metadata: { row: 1 },
		});
	});

	it('download streams the video byte for byte and sends the media host no key', async () => {
		const waited = await runUnified(sandbox(), provider, {
			operation: 'generateAndWait',
			...request,
			...wait,
		});
		const [job] = jsonOf(waited);
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'download', jobId: '={{ $json.jobId }}', videoUrl: '={{ $json.videoUrl }}' },
			{ input: [job] },
		);
		expect(result.error).toBeUndefined();
		const [{ json, binary }] = result.items;
		expect(json).toMatchObject({ jobId: job.jobId, status: 'completed', cost: job.cost });
		const video = binary?.data as IBinaryData;
		expect(video.mimeType).toBe('video/mp4');
		expect(video.fileName).toBe(`${String(job.jobId).replace(/[^\w.-]+/g, '_')}.mp4`);
		const original = await axios.get<Buffer>(String(job.videoUrl), { responseType: 'arraybuffer' });
		expect(sha256(await bytesOf(video))).toBe(sha256(original.data));
		const media = sandbox().requests.filter(({ call }) => call === 'media');
		for (const { headers } of media) expect(headers.authorization).toBeUndefined();
	});

	it('estimateCost submits nothing', async () => {
		const result = await runUnified(sandbox(), provider, { operation: 'estimateCost' });
		expect(jsonOf(result)).toEqual([
			expect.objectContaining({ provider: id, status: null, jobId: null, error: null }),
		]);
		expect(sandbox().count({ call: 'submit' })).toBe(0);
	});

	it("the provider's own node returns what the unified node returns", async () => {
		const parameters = { operation: 'generateAndWait', ...request, ...wait };
		const own = await runNode({
			type: ownNodeOf(provider.credential),
			parameters,
			credentials: { [provider.credential]: sandbox().credentials[id] },
		});
		const unified = await runUnified(sandbox(), provider, parameters);
		expect(withoutIds(jsonOf(own)[0])).toEqual(withoutIds(jsonOf(unified)[0]));
		const [first, second] = sandbox().requests.filter(({ call }) => call === 'submit');
		expect(first.body).toEqual(second.body);
	});

	it('as an AI tool, by its routing alone, it does the same', async () => {
		const routed = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generateAndWait', ...request, ...wait },
			{ byRouting: true },
		);
		expect(routed.error).toBeUndefined();
		const unified = await runUnified(sandbox(), provider, {
			operation: 'generateAndWait',
			...request,
			...wait,
		});
		expect(withoutIds(jsonOf(routed)[0])).toEqual(withoutIds(jsonOf(unified)[0]));
	});

	it('a wrong key is an authentication error, and nothing is accepted', async () => {
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generate', ...request },
			{
				credentials: {
					[provider.credential]: { ...sandbox().credentials[id], apiKey: 'wrong-key-1' },
				},
			},
		);
		expect(result.error?.message).toContain('did not accept the API key');
		expect(JSON.stringify(result.run.data.resultData)).not.toContain('wrong-key-1');
		expect(sandbox().jobs()).toEqual([]);
	});

	it('without a balance, the error says to top up', async () => {
		const result = await runUnified(
			sandbox(),
			provider,
			{ operation: 'generate', imageUrls: fox, prompt: 'x #sandbox:no-balance' },
			{ onError: 'continueRegularOutput' },
		);
		expect(jsonOf(result)[0]).toMatchObject({
			jobId: null,
			status: 'failed',
			error: {
				code: codeAt(provider, 'insufficient_balance'),
				message: expect.stringContaining('balance'),
			},
		});
	});
});

/** The node that takes this credential and no other. */
function ownNodeOf(credential: string): string {
	const own = Object.entries(nodeTypes).find(([, Type]) => {
		const { credentials = [] } = new Type().description;
		return credentials.length === 1 && credentials[0].name === credential;
	});
	return own?.[0] ?? '';
}

const withoutIds = ({ jobId, videoUrl, videoUrlExpiresAt, ...rest }: IDataObject) => ({
	...rest,
	hasId: typeof jobId,
	hasVideo: typeof videoUrl,
	expires: typeof videoUrlExpiresAt,
});
