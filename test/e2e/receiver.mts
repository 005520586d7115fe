import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that keeps what is sent to it; stands for a video platform. */
export async function startReceiver() {
	const received: Buffer[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			received.push(Buffer.concat(chunks));
			response.setHeader('Content-Type', 'application/json');
			response.end('{"ok":true}');
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/upload`,
		received,
		stop: async () => await new Promise((resolve) => server.close(resolve)),
	};
}
