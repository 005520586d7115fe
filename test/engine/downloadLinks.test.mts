import { Container } from '@n8n/di';
import axios from 'axios';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject } from 'n8n-workflow';

import { sha256 } from '../../sandbox/sha256.mts';
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
import { download } from './videoHost.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const [[, fal]] = providerTable;

describe('a link that has died', () => {
	const dead = { kind: 'status', status: 404 } as const;
	const answering = (status: number) => ({ kind: 'status', status }) as const;
	const yesterday = new Date(Date.now() - 86_400_000).toISOString();
	const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

	/** How the download of an expired link fails. */
	const expired = async (status: number) => {
		sandbox().inject({ call: 'media', fault: answering(status), times: Infinity });
		const input = [{ videoUrl: `${sandbox().url}/media/x/y.mp4`, videoUrlExpiresAt: yesterday }];
		const parameters = { ...download, jobId: '' };
		const run = { input, onError: 'continueRegularOutput' } as const;
		return jsonOf(await runUnified(sandbox(), fal, parameters, run))[0].error;
	};

	it.each([400, 401, 403, 404, 410])('HTTP %d after its time is its end', async (status) => {
		expect(await expired(status)).toMatchObject({
			message: expect.stringContaining(`its link expired at ${yesterday}`),
			code: 'not_found',
			retryable: false,
		});
	});

	it.each([429, 500, 503])('HTTP %d after its time says nothing about it', async (status) => {
		const error = await expired(status);
		expect(error).toMatchObject({ code: 'provider_unavailable', retryable: true });
		expect(error).toMatchObject({ message: expect.not.stringContaining('expired') });
	});

	it.each([
		['forgotten', { kind: 'status', status: 404 }],
		['unprocessable', { kind: 'status', status: 422 }],
	] as const)('the link of a job whose result is %s is still tried', async (_, fault) => {
		const [job] = jsonOf(
			await runUnified(sandbox(), fal, {
				operation: 'generateAndWait',
				...request,
				options: { pollInterval: 1 },
			}),
		);
		sandbox().inject({ call: 'result', fault, times: Infinity });
		const result = await runUnified(sandbox(), fal, download, { input: [job] });
		expect(result.error).toBeUndefined();
		expect(result.items[0].binary?.data.bytes).toBeGreaterThan(1000);
	});

	it('a link of another job is not taken for a job that still runs', async () => {
		const [job] = jsonOf(
			await runUnified(sandbox(), fal, {
				operation: 'generate',
				...request,
				prompt: 'x #sandbox:seconds=600',
			}),
		);
		// A row that still has the link of its last video.
		const input = [{ ...job, videoUrl: `${sandbox().url}/media/old/life-16x9.mp4` }];
		const result = await runUnified(sandbox(), fal, download, { input });
		expect(result.error?.message).toContain('not finished yet');
		expect(sandbox().count({ call: 'media' })).toBe(0);
	});

	it('says when it expired, where that is known', async () => {
		sandbox().inject({ call: 'media', fault: dead, times: Infinity });
		const videoUrl = `${sandbox().url}/media/x/y.mp4`;
		const input = [{ videoUrl, videoUrlExpiresAt: yesterday }];
		const parameters = { ...download, jobId: '' };
		const result = await runUnified(sandbox(), fal, parameters, { input });
		expect(result.error?.message).toContain(`its link expired at ${yesterday}`);
		expect(result.error?.description).toContain('Give the job ID');
	});

	it.each([
		['the time is still to come', tomorrow],
		['the time is no time', 'soon'],
		['no time is known', null],
	])('does not say so when %s', async (_, videoUrlExpiresAt) => {
		sandbox().inject({ call: 'media', fault: dead, times: Infinity });
		const videoUrl = `${sandbox().url}/media/x/y.mp4`;
		const parameters = { ...download, jobId: '' };
		const input = [{ videoUrl, videoUrlExpiresAt }];
		const result = await runUnified(sandbox(), fal, parameters, { input });
		expect(result.error?.message).toContain('HTTP 404');
		expect(result.error?.message).not.toContain('expired');
		expect(result.error?.description).toContain('probably expired');
	});

	it('the life of another link says nothing about this one', async () => {
		sandbox().inject({ call: 'media', fault: dead, times: Infinity });
		const videoUrl = `${sandbox().url}/media/x/y.mp4`;
		const input = [{ videoUrl: 'https://else.example/v.mp4', videoUrlExpiresAt: yesterday }];
		const result = await runUnified(
			sandbox(),
			fal,
			{ ...download, jobId: '', videoUrl },
			{ input },
		);
		expect(result.error?.message).not.toContain(yesterday);
	});

	it.each(providerTable)('%s: with the job ID, a fresh link is asked for', async (_, provider) => {
		const [job] = jsonOf(
			await runUnified(sandbox(), provider, {
				operation: 'generateAndWait',
				...request,
				options: { pollInterval: 1 },
			}),
		);
		const stale = { ...job, videoUrl: `${sandbox().url}/media/x/y.mp4` };
		const result = await runUnified(sandbox(), provider, download, { input: [stale] });
		expect(result.error).toBeUndefined();
		expect(result.items[0].json.videoUrl).toBe(job.videoUrl);
		expect(result.items[0].binary?.data.bytes).toBeGreaterThan(1000);
	});

	it('the item keeps the life of its link when the provider has forgotten the job', async () => {
		const [job] = jsonOf(
			await runUnified(sandbox(), fal, {
				operation: 'generateAndWait',
				...request,
				options: { pollInterval: 1 },
			}),
		);
		sandbox().inject({ call: 'status', fault: dead, times: Infinity });
		const input = [{ ...job, videoUrlExpiresAt: tomorrow }];
		const result = await runUnified(sandbox(), fal, download, { input });
		expect(jsonOf(result)[0]).toMatchObject({ videoUrlExpiresAt: tomorrow, jobId: job.jobId });
	});
});

describe.each(providerTable)(
	'%s: image in, video out, with trouble on every way',
	(_, provider) => {
		const sources: Array<[string, IDataObject]> = [['url', { imageUrls: fox }]];
		if (provider.upload) sources.push(['binary', { imageSource: 'binary' }]);

		it.each(sources)('by %s, the file is the one that the provider made', async (__, images) => {
			const drop = { kind: 'drop', when: 'before' } as const;
			for (const call of ['upload', 'uploadBytes', 'status', 'result', 'media'] as const) {
				sandbox().inject({ call, fault: drop });
			}
			sandbox().inject({ call: 'media', fault: { kind: 'truncate' }, after: 1 });
			const made = await runUnified(
				sandbox(),
				provider,
				{
					operation: 'generateAndWait',
					prompt: 'A ceramic fox',
					...(images as object),
					options: { pollInterval: 1 },
				},
				{ binary: [{ data: binaryOf(imageOf('image/jpeg', 'a fox'), 'image/jpeg') }] },
			);
			const result = await runUnified(sandbox(), provider, download, { input: jsonOf(made) });
			expect(result.error).toBeUndefined();
			const file = result.items[0].binary?.data as IBinaryData;
			const stored = await Container.get(BinaryDataService).getAsBuffer(file);
			const { data } = await axios.get<Buffer>(String(result.items[0].json.videoUrl), {
				responseType: 'arraybuffer',
			});
			expect(sha256(stored)).toBe(sha256(data));
			expect(sandbox().jobs()).toHaveLength(1);
		});
	},
);
