import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { runNode } from '../engine/harness.mts';
import { useFastClock } from '../engine/sandboxed.mts';

useFastClock();

const video = Buffer.alloc(50_000, 'video ');
const isVideo = { 'content-type': 'video/mp4' };

/** How media hosts answer. */
const hosts: Record<string, RequestListener> = {
	'/plain': (_, response) => {
		response.writeHead(200, { ...isVideo, 'content-length': video.length }).end(video);
	},
	'/chunked': (_, response) => {
		response.writeHead(200, isVideo).end(video);
	},
	'/compressed': (_, response) => {
		const body = gzipSync(video);
		const headers = { ...isVideo, 'content-encoding': 'gzip', 'content-length': body.length };
		response.writeHead(200, headers).end(body);
	},
	'/moved': (_, response) => {
		response.writeHead(302, { location: '/plain' }).end();
	},
	'/untyped': (_, response) => {
		response.writeHead(200, { 'content-length': video.length }).end(video);
	},
	'/empty': (_, response) => {
		response.writeHead(200, { ...isVideo, 'content-length': 0 }).end();
	},
	'/empty-chunked': (_, response) => {
		response.writeHead(200, isVideo).end();
	},
	'/cut': (_, response) => {
		response.writeHead(200, { ...isVideo, 'content-length': video.length });
		response.write(video.subarray(0, 1000), () => response.destroy());
	},
	'/page': (_, response) => {
		response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>');
	},
	'/gone': (_, response) => {
		response.writeHead(410).end();
	},
};

let server: Server;
let asked: Array<{ path: string; authorization?: string }>;
beforeAll(async () => {
	server = createServer((request, response) => {
		const { url: path = '', headers } = request;
		asked.push({ path, authorization: headers.authorization });
		hosts[path](request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => (asked = []));
afterAll(() => server.close());

async function download(path: string) {
	const { port } = server.address() as AddressInfo;
	return await runNode({
		type: 'falVeo',
		parameters: {
			operation: 'download',
			jobId: '',
			videoUrl: `http://127.0.0.1:${port}${path}`,
		},
		credentials: { veoFalApi: { apiKey: 'a-key-of-fal', baseUrl: 'http://127.0.0.1:1' } },
	});
}

it.each(['/plain', '/chunked', '/compressed', '/moved', '/untyped'])(
	'a video that is sent %s arrives whole',
	async (path) => {
		const { error, items } = await download(path);
		expect(error).toBeUndefined();
		expect(items[0].binary?.data).toMatchObject({ mimeType: 'video/mp4', bytes: video.length });
	},
);

it.each(['/empty', '/empty-chunked', '/cut', '/page', '/gone'])(
	'what comes from %s is no video, and no file',
	async (path) => {
		const { error, items } = await download(path);
		expect(error?.message).toContain('could not be downloaded');
		expect(items).toEqual([]);
	},
);

it('the key of the provider is not shown to the host of the video', async () => {
	await download('/moved');
	expect(asked.map(({ path }) => path)).toEqual(['/moved', '/plain']);
	expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
});
