import { NodeHelpers } from 'n8n-workflow';
import type { INode, INodeParameters } from 'n8n-workflow';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { actionNodes } from '../nodes/parameters.mts';
import { runNode } from './harness.mts';
import { request, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox();

/** A proxy that answers itself, so that a test sees who came to it. */
let proxy: Server;
const asked: string[] = [];

beforeAll(async () => {
	proxy = createServer(({ url = '' }, response) => {
		asked.push(url);
		response.statusCode = 402;
		response.end('{"message":"from the proxy"}');
	}).on('connect', ({ url = '' }, socket) => {
		asked.push(url);
		socket.end('HTTP/1.1 402 From The Proxy\r\n\r\n');
	});
	await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(() => (asked.length = 0));
afterAll(() => void proxy.close().closeAllConnections());

const own = actionNodes
	.filter(({ providers }) => providers.length === 1)
	.map((node) => [node.name, node] as const);

describe.each(own)('%s, saved before it could sleep', (name, { description, providers }) => {
	const [provider] = providers;
	const saved = (): INodeParameters => ({
		...request,
		operation: 'generate',
		model: provider.models[0].id,
		requestOptions: { proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
	});

	it('keeps the proxy when n8n reads and saves it', () => {
		const node = { id: name, name, type: name, typeVersion: 1, position: [0, 0], parameters: {} };
		const parameters = saved();
		for (const withDefaults of [true, false]) {
			expect(
				NodeHelpers.getNodeParameters(
					description.properties,
					parameters,
					withDefaults,
					false,
					node as INode,
					description,
				),
			).toMatchObject({ requestOptions: parameters.requestOptions });
		}
	});

	it('sends its requests to the proxy', async () => {
		await runNode({
			type: name,
			typeVersion: 1,
			parameters: saved(),
			credentials: {
				[provider.credential]: {
					...sandbox().credentials[provider.id],
					baseUrl: 'http://api.example.org',
				},
			},
		});
		expect(asked.length).toBeGreaterThan(0);
		expect(asked[0]).toContain('api.example.org');
		expect(sandbox().requests).toEqual([]);
	});
});
