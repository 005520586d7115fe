import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { Container } from '@n8n/di';
import axios from 'axios';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject, INodeParameters } from 'n8n-workflow';

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
	/** A real one, and one that no compression makes smaller. */
	const mp4 = readFileSync('sandbox/media/life-16x9.mp4');
	const noise = Buffer.concat([
		Buffer.from('\0\0\0\x08ftyp\0\0\0\x08moov\0\0\xea\x60mdat', 'latin1'),
		randomBytes(0xea60 - 8),
	]);
	const page = '<!DOCTYPE html><html><body>Not found</body></html>';
	const typed =
		(type: string, body: Buffer | string): RequestListener =>
		(_, response) =>
			void (type ? response.setHeader('content-type', type) : response).end(body);
	const paths: Record<string, RequestListener> = {
		'/octet': typed('application/octet-stream', mp4),
		'/binary': typed('binary/octet-stream', mp4),
		'/forced': typed('application/force-download', mp4),
		'/untyped': typed('', mp4),
		// What stands behind the last box looks like one that is longer than the file.
		'/signed': typed('video/mp4', Buffer.concat([mp4, Buffer.from('Produced by nobody')])),
		'/octet-page': typed('application/octet-stream', page),
		'/untyped-page': typed('', page),
		'/untyped-json': typed('', '{"detail":"Not found"}'),
		'/untyped-crumb': typed('', 'oops'),
		'/problem-json': typed('application/problem+json; charset=utf-8', '{}'),
		'/gzip': (_, response) => {
			const body = gzipSync(noise);
			const headers = { 'content-encoding': 'gzip', 'content-length': body.length };
			response.writeHead(200, { 'content-type': 'video/mp4', ...headers }).end(body);
		},
		'/cut': (_, response) => {
			response.writeHead(200, { 'content-type': 'video/mp4' }).write(mp4.subarray(0, 5000));
			response.end();
		},
		'/empty': typed('video/mp4', ''),
		'/empty-chunked': (_, response) =>
			void response.writeHead(200, { 'content-type': 'video/mp4' }).end(),
		'/dropped': (_, response) => {
			const headers = { 'content-type': 'video/mp4', 'content-length': video.length };
			response.writeHead(200, headers).write(video.subarray(0, 1000), () => response.destroy());
		},
		'/silent': (_, response) => {
			response.writeHead(200, { 'content-type': 'video/mp4' }).write(mp4.subarray(0, 5000));
		},
		'/busy': (incoming, response) => {
			const isFirst = asked.filter((line) => line.startsWith('/busy')).length === 1;
			if (isFirst) response.writeHead(429).end();
			else typed('video/mp4', mp4)(incoming, response);
		},
		'/video': (_, response) => void response.setHeader('content-type', 'video/mp4').end(video),
		'/chunked': (_, response) =>
			void response.writeHead(200, { 'content-type': 'video/mp4' }).end(video),
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
	let encodings: Array<string | undefined>;
	beforeAll(async () => {
		server = createServer((incoming, response) => {
			const path = incoming.url ?? '';
			encodings.push(String(incoming.headers['accept-encoding']));
			asked.push(`${path} ${incoming.headers.authorization ?? 'without a key'}`);
			paths[path](incoming, response);
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
	});
	beforeEach(() => {
		asked = [];
		hungUp = [];
		encodings = [];
	});
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	const run = async (path: string, parameters: INodeParameters = {}, options: RunOptions = {}) => {
		const { port } = server.address() as AddressInfo;
		const videoUrl = `http://127.0.0.1:${port}${path}`;
		return await runUnified(
			sandbox(),
			fal,
			{ ...download, jobId: '', videoUrl, ...parameters },
			options,
		);
	};

	/** As an item of a node that continues on errors. */
	const failed = async (path: string, input: IDataObject = {}) => {
		const result = await run(path, {}, { onError: 'continueRegularOutput', input: [input] });
		return jsonOf(result)[0].error;
	};

	it.each(['/octet', '/binary', '/forced', '/untyped'])(
		'%s: what its bytes say is an MP4 arrives whole',
		async (path) => {
			const { error, items } = await run(path);
			expect(error).toBeUndefined();
			expect(items[0].binary?.data).toMatchObject({ bytes: mp4.length, mimeType: 'video/mp4' });
		},
	);

	it.each(['/octet-page', '/untyped-page', '/untyped-json', '/untyped-crumb', '/problem-json'])(
		'%s: what is no video is refused, once and for all',
		async (path) => {
			expect(await failed(path)).toMatchObject({
				message: expect.stringMatching(/the link leads to .+, not to a video/),
				retryable: false,
			});
			expect(asked).toHaveLength(1);
		},
	);

	it('a file that is as long as announced is whole, whatever stands at its end', async () => {
		const { error, items } = await run('/signed');
		expect(error).toBeUndefined();
		expect(items[0].binary?.data.bytes).toBe(mp4.length + 18);
	});

	it('asks for the bytes as they are, and takes them from a host that compresses them', async () => {
		const { error, items } = await run('/gzip');
		expect(error).toBeUndefined();
		expect(items[0].binary?.data.bytes).toBe(noise.length);
		expect(encodings).toEqual(['identity']);
	});

	it('a video that ends in the middle is not taken, although no length was announced', async () => {
		expect(await failed('/cut')).toMatchObject({
			message: expect.stringContaining('only 5000 of the bytes of the MP4 file arrived'),
			retryable: true,
		});
		expect(asked).toHaveLength(3);
	});

	it.each([
		['/empty', 'an empty file'],
		['/empty-chunked', 'an empty file'],
		['/dropped', 'could not be downloaded'],
	])('%s is not taken', async (path, message) => {
		expect(await failed(path)).toMatchObject({
			message: expect.stringContaining(message),
			retryable: true,
		});
		expect(asked).toHaveLength(3);
	});

	it('a host that falls silent in the middle is not waited for', async () => {
		expect(await failed('/silent')).toMatchObject({
			message: expect.stringContaining('nothing arrived for 60 seconds'),
			retryable: true,
		});
	}, 60_000);

	it('too many requests: one more, later', async () => {
		const { error, items } = await run('/busy');
		expect(error).toBeUndefined();
		expect(items[0].binary?.data.bytes).toBe(mp4.length);
		expect(asked).toHaveLength(2);
	});

	it('a cancelled execution hangs up', async () => {
		const cancel = new AbortController();
		paths['/endless'] = (_, response) => {
			response.on('close', () => hungUp.push('/endless'));
			response.writeHead(200, { 'content-type': 'video/mp4' }).write(mp4);
			cancel.abort();
		};
		await run('/endless', {}, { signal: cancel.signal });
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(hungUp).toEqual(['/endless']);
		expect(asked).toHaveLength(1);
	});

	it('a storage that takes no more is not filled three times', async () => {
		const storage = jest
			.spyOn(Container.get(BinaryDataService), 'store')
			.mockRejectedValue(new Error('The file is too large to be stored'));
		try {
			expect(await failed('/video')).toMatchObject({
				message: expect.stringContaining('n8n could not store the file: The file is too large'),
				retryable: false,
			});
		} finally {
			storage.mockRestore();
		}
		expect(asked).toHaveLength(1);
	});

	it('a proxy that is not a URL is refused before anything is asked', async () => {
		const { error } = await run('/video', { options: { requestOptions: { proxy: 'nonsense' } } });
		expect(error?.message).toContain('The proxy in the request options is not a URL');
		expect(asked).toEqual([]);
	});

	it.each([
		['..x', 'x.mp4'],
		['a/../b', 'a_.._b.mp4'],
		['ü'.repeat(10), '_.mp4'],
		['x'.repeat(300), `${'x'.repeat(100)}.mp4`],
	])('the video of job "%s" is called %s', async (jobId, fileName) => {
		sandbox().inject({ call: 'status', fault: { kind: 'status', status: 404 }, times: Infinity });
		const { items } = await run('/video', { jobId });
		expect(items[0].binary?.data.fileName).toBe(fileName);
	});

	it('other files of the item stay with it', async () => {
		const still = binaryOf(imageOf('image/png', 'a fox'));
		const { items } = await run('/video', { binaryField: 'film' }, { binary: [{ still }] });
		expect(Object.keys(items[0].binary ?? {})).toEqual(['still', 'film']);
	});

	it.each(['/video', '/chunked', '/mp4', '/relative', '/twice'])(
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

	it('the download of a file that is far too large is not even begun', async () => {
		const { error } = await run('/huge');
		expect(error?.message).toContain('a file of 3.0 GB');
		expect(asked).toHaveLength(1);
	});

	it.each(['/huge', '/page'])(
		'%s: an answer that is not read to its end keeps no connection open',
		async (path) => {
			await run(path);
			await new Promise((resolve) => setTimeout(resolve, 50));
			expect(hungUp).toContain(path);
		},
	);
});

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
