import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import type { INodeParameters } from 'n8n-workflow';

import { fal } from '../../nodes/FalVeo/fal.provider';
import type { SellingProvider } from '../../nodes/shared/types';
import { startSandbox } from '../../sandbox/server.mts';
import type { Sandbox } from '../../sandbox/server.mts';
import { until } from '../../scripts/until.mts';
import { binaryOf, imageOf } from './imageFiles.mts';
import { jsonOf, providerTable, request, runUnified, useFastClock } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';
import { startTrigger } from './triggerHarness.mts';

useFastClock();

const hundredMegabytes = 100 * 2 ** 20;
/** What a connection takes in before anybody reads it. */
const unread = 30 * 2 ** 20;

/** Of the test that runs. */
let requests: string[] = [];
let sent = 0;
let hungUp = 0;
let answer: RequestListener;
let server: Server;

beforeAll(async () => {
	server = createServer((incoming, response) => {
		requests.push(`${incoming.method} ${incoming.url}`);
		incoming.resume();
		response.on('close', () => (hungUp += response.writableFinished ? 0 : 1));
		answer(incoming, response);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
});
beforeEach(() => {
	[requests, sent, hungUp] = [[], 0, 0];
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

/** JSON of a hundred megabytes, as fast as it is taken. */
const huge =
	(status: number): RequestListener =>
	(_, response) => {
		const piece = Buffer.alloc(64 * 1024, 'x');
		const pour = () => {
			while (sent < hundredMegabytes && !response.destroyed) {
				sent += piece.length;
				if (!response.write(piece)) return void response.once('drain', pour);
			}
			response.end('"}');
		};
		response.writeHead(status, { 'content-type': 'application/json' }).write('{"detail":"');
		pour();
	};

/** The same in few bytes. */
const bomb: RequestListener = (_, response) => {
	const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
	response.writeHead(200, headers).end(gzipSync(`{"detail":"${'x'.repeat(hundredMegabytes)}"}`));
};

const dripping: RequestListener = (_, response) => {
	response.writeHead(200, { 'content-type': 'application/json' }).write('{');
	const timer = setInterval(() => response.write(' '), 50);
	response.on('close', () => clearInterval(timer));
};

const urlOfServer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const generate = { operation: 'generate', ...request };

const allHungUp = async () =>
	await until('no connection is left', () => hungUp === requests.length);

/** With a credential whose hosts are all this server. */
async function runHere(provider: SellingProvider, parameters: object, options: RunOptions = {}) {
	const hosts = ['baseUrl', 'restUrl', 'platformUrl', 'filesUrl'];
	const urls = Object.fromEntries(hosts.map((host) => [host, urlOfServer()]));
	const credentials = { [provider.credential]: { apiKey: 'key', ...urls } };
	return await runUnified({ credentials: {} } as Sandbox, provider, parameters as INodeParameters, {
		credentials,
		...options,
	});
}

describe.each(providerTable)('%s', (_, provider) => {
	const run = async (parameters: object, options: RunOptions = {}) =>
		await runHere(provider, parameters, options);

	it.each([
		['a hundred megabytes', huge(200), 'has more than 8388608 bytes'],
		['a hundred megabytes in a few', bomb, 'has more than 8388608 bytes'],
	])('a submit that is answered by %s may be accepted, and is not repeated', async (...row) => {
		[, answer] = row;
		const { error } = await run(generate, { retryOnFail: true });
		expect(error?.message).toContain('may have accepted and billed');
		expect(error?.message).toContain(row[2]);
		expect(requests).toHaveLength(1);
		expect(sent).toBeLessThan(unread);
	});

	it('a submit whose answer drips for longer than its timeout may be accepted', async () => {
		answer = dripping;
		const options = { requestOptions: { timeout: 300 } };
		const { error } = await run({ ...generate, options }, { retryOnFail: true });
		expect(error?.message).toContain('may have accepted and billed');
		expect(error?.message).toContain('no answer in time');
		expect(requests).toHaveLength(1);
		await allHungUp();
	});

	it('a refusal of a hundred megabytes is one by its status', async () => {
		answer = huge(401);
		const { error } = await run(generate);
		expect(error?.message).toContain('did not accept the API key');
		expect(sent).toBeLessThan(unread);
		await allHungUp();
	});

	it('a status of a hundred megabytes is unreadable, which says nothing about the job', async () => {
		answer = huge(200);
		const jobId = 'job-1';
		const input = [{ provider: provider.id, jobId }];
		const parameters = { resource: 'job', operation: 'get', jobId };
		const result = await run(parameters, { input, onError: 'continueRegularOutput' });
		expect(jsonOf(result)[0]).toMatchObject({
			jobId,
			status: null,
			error: { code: 'provider_unavailable', retryable: true },
		});
		expect(sent).toBeLessThan(requests.length * unread);
		await allHungUp();
	});
});

describe('fal.ai', () => {
	it('a storage that answers an upload with a hundred megabytes is not listened to', async () => {
		answer = (incoming, response) => {
			if (incoming.method === 'PUT') return huge(200)(incoming, response);
			const isUpload = incoming.url?.startsWith('/storage/');
			const urls = { upload_url: `${urlOfServer()}/bytes`, file_url: 'https://x.example/1.png' };
			response.writeHead(isUpload ? 200 : 402, { 'content-type': 'application/json' });
			response.end(JSON.stringify(isUpload ? urls : { detail: 'no money' }));
		};
		const binary = [{ data: binaryOf(imageOf('image/png', 'a fox')) }];
		const parameters = { operation: 'generate', prompt: 'A fox', imageSource: 'binary' };
		const { error } = await runHere(fal, parameters, { binary });
		expect(error?.message).toContain('the balance is used up');
		expect(requests).toEqual([
			'POST /storage/upload/initiate?storage_type=fal-cdn-v3',
			'PUT /bytes',
			`POST /${fal.models[0].id}`,
		]);
		await until('the storage is hung up on', () => hungUp === 1);
		expect(sent).toBeLessThan(unread);
	});

	it('a key server that answers with a hundred megabytes has no keys', async () => {
		const sandbox = await startSandbox({ jobSeconds: 600, allowHttpCallbacks: true });
		try {
			const trigger = await startTrigger(sandbox, 'fal');
			const options = { callbackUrl: trigger.url };
			await runUnified(sandbox, fal, { ...generate, options });
			const [{ id }] = sandbox.jobs();
			answer = huge(200);
			trigger.credential.restUrl = urlOfServer();
			sandbox.settings.allowHttpCallbacks = false;
			sandbox.finish(id);
			sandbox.settings.allowHttpCallbacks = true;
			expect((await sandbox.deliver(id)).map(({ status }) => status)).toEqual([503]);
			expect(trigger.runs).toEqual([]);
			expect(sent).toBeLessThan(requests.length * unread);
			await allHungUp();
		} finally {
			await sandbox.stop();
		}
	});
});
