import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Container } from '@n8n/di';
import axios from 'axios';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject } from 'n8n-workflow';

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

const sandbox = useSandbox(0.05);
useFastClock();
const [[, fal]] = providerTable;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const download = {
	operation: 'download',
	jobId: '={{ $json.jobId }}',
	videoUrl: '={{ $json.videoUrl }}',
};

describe('a host of videos', () => {
	const video = Buffer.alloc(50_000, 'video ');
	const paths: Record<string, RequestListener> = {
		'/video': (_, response) => void response.setHeader('content-type', 'video/mp4').end(video),
		'/mp4': (_, response) => void response.setHeader('content-type', 'application/mp4').end(video),
		'/relative': (_, response) => void response.writeHead(302, { location: 'video' }).end(),
		'/twice': (_, response) => void response.writeHead(307, { location: '/relative' }).end(),
		'/ftp': (_, response) => void response.writeHead(302, { location: 'ftp://x.example/v' }).end(),
		'/file': (_, response) =>
			void response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
		'/data': (_, response) =>
			void response.writeHead(302, { location: 'data:video/mp4;base64,AAAA' }).end(),
		'/nonsense': (_, response) => void response.writeHead(302, { location: 'http://[' }).end(),
		'/loop': (_, response) => void response.writeHead(302, { location: '/loop' }).end(),
		'/nowhere': (_, response) => void response.writeHead(302).end('moved'),
		'/huge': (_, response) => {
			const headers = { 'content-type': 'video/mp4', 'content-length': 3 * 2 ** 30 };
			response.on('close', () => hungUp.push('/huge')).writeHead(200, headers);
			response.write(video);
		},
		'/page': (_, response) => {
			response.on('close', () => hungUp.push('/page'));
			response.writeHead(200, { 'content-type': 'text/html' }).write('<html>');
		},
	};
	let server: Server;
	let asked: string[];
	let hungUp: string[];
	beforeAll(async () => {
		server = createServer((incoming, response) => {
			const path = incoming.url ?? '';
			asked.push(`${path} ${incoming.headers.authorization ?? 'without a key'}`);
			paths[path](incoming, response);
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
	});
	beforeEach(() => {
		asked = [];
		hungUp = [];
	});
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	const run = async (path: string) => {
		const { port } = server.address() as AddressInfo;
		const videoUrl = `http://127.0.0.1:${port}${path}`;
		return await runUnified(sandbox(), fal, { ...download, jobId: '', videoUrl });
	};

	it.each(['/video', '/mp4', '/relative', '/twice'])(
		'%s: the video arrives whole',
		async (path) => {
			const { error, items } = await run(path);
			expect(error).toBeUndefined();
			expect(items[0].binary?.data.bytes).toBe(video.length);
			expect(asked.every((line) => line.endsWith('without a key'))).toBe(true);
		},
	);

	it.each(['/ftp', '/file', '/data', '/nonsense'])(
		'%s: no redirect leaves http(s)',
		async (path) => {
			const { error, items } = await run(path);
			expect(error?.message).toContain('redirects to an address that is not http:// or https://');
			expect(items).toEqual([]);
			expect(asked).toHaveLength(1);
		},
	);

	it('a redirect in a circle ends', async () => {
		const { error } = await run('/loop');
		expect(error?.message).toContain('redirects more than 5 times');
		expect(asked).toHaveLength(6);
	});

	it('a redirect to nowhere is no video', async () => {
		const { error } = await run('/nowhere');
		expect(error?.message).toContain('HTTP 302');
	});

	it('a file that is no video of seconds is not even begun', async () => {
		const { error } = await run('/huge');
		expect(error?.message).toContain('a file of 3.0 GB');
		expect(asked).toHaveLength(1);
	});

	it.each(['/huge', '/page'])('%s: what is not wanted keeps no connection', async (path) => {
		await run(path);
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(hungUp).toContain(path);
	});
});

describe('a link that has died', () => {
	const dead = { kind: 'status', status: 404 } as const;
	const yesterday = new Date(Date.now() - 86_400_000).toISOString();
	const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

	it('says when it expired, where that is known', async () => {
		sandbox().inject({ call: 'media', fault: dead, times: Infinity });
		const videoUrl = `${sandbox().url}/media/x/y.mp4`;
		const input = [{ videoUrl, videoUrlExpiresAt: yesterday }];
		const parameters = { ...download, jobId: '' };
		const result = await runUnified(sandbox(), fal, parameters, { input });
		expect(result.error?.message).toContain(`its link expired at ${yesterday}`);
		expect(result.error?.description).toContain('give the job ID');
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
