import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/server.mts';
import { jsonOf, providerTable, runUnified } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const [[, fal]] = providerTable;

/** Of the job or the link in an item. */
export const download = {
	operation: 'download',
	jobId: '={{ $json.jobId }}',
	videoUrl: '={{ $json.videoUrl }}',
};

export const video = Buffer.alloc(50_000, 'video ');
/** A real one, and one that no compression makes smaller. */
export const mp4 = readFileSync('sandbox/media/life-16x9.mp4');
export const noise = Buffer.concat([
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
	'/file': (_, response) => void response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
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

/** Of what the test that runs has asked for. */
const asked: string[] = [];
const hungUp: string[] = [];
const encodings: string[] = [];

/** A host whose paths answer well and badly, and runs of Download that ask it. */
export function useVideoHost(sandbox: () => Sandbox) {
	let server: Server;
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
		for (const list of [asked, hungUp, encodings]) list.length = 0;
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

	return {
		/** Answers of the host by path; a test may add one. */
		paths,
		/** Paths that were asked for, with the key. */
		asked,
		/** Paths whose connection was closed. */
		hungUp,
		/** What was asked for in Accept-Encoding. */
		encodings,
		run,
		failed,
	};
}
