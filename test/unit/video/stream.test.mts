import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { consumeWithin } from '../../../nodes/shared/video/stream';

const patient = { maxBytes: Infinity, maxSilenceMs: 10_000, hangUp: () => undefined };
/** Passes ten times as fast. */
const clock = {
	sleep: async (ms: number) => await new Promise<void>((resolve) => setTimeout(resolve, ms / 10)),
};

async function within<Result>(
	answer: (response: ServerResponse) => void,
	use: (body: IncomingMessage) => Promise<Result>,
): Promise<Result> {
	const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	try {
		const asking = get(`http://127.0.0.1:${port}`);
		const [body] = (await once(asking, 'response')) as [IncomingMessage];
		// As HTTP clients do: a connection that is destroyed tells the request, too.
		asking.on('error', () => undefined);
		return await use(body);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

it('hands every byte on, in order', async () => {
	const video = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
	const { result: read } = await within(
		(response) => response.end(video),
		async (body) => await consumeWithin(body, patient, buffer),
	);
	expect(read.equals(video)).toBe(true);
});

it('a body that grows beyond the limit is cut off, with or without a length', async () => {
	const limits = { ...patient, maxBytes: 1000 };
	for (const headers of [{}, { 'content-length': 1001 }]) {
		const reading = within(
			(response) => response.writeHead(200, headers).end(Buffer.alloc(1001)),
			async (body) => await consumeWithin(body, limits, buffer),
		);
		await expect(reading).rejects.toThrow('the file has more than 1000 bytes');
	}
	const { result: whole, bytes } = await within(
		(response) => response.end(Buffer.alloc(1000)),
		async (body) => await consumeWithin(body, limits, buffer),
	);
	expect(whole).toHaveLength(1000);
	expect(bytes).toBe(1000);
});

it('a host that falls silent is not waited for', async () => {
	const reading = within(
		(response) => response.write('the beginning'),
		async (body) =>
			await consumeWithin(
				body,
				{ ...patient, maxSilenceMs: 2000, hangUp: () => body.destroy(), clock },
				buffer,
			),
	);
	await expect(reading).rejects.toThrow('nothing arrived for 2 seconds');
});

it('a host that is slow but not silent is waited for', async () => {
	const drip = (response: ServerResponse, left = 8) => {
		if (left === 0) return void response.end();
		response.write('.');
		setTimeout(() => drip(response, left - 1), 40);
	};
	const { result: read } = await within(
		(response) => drip(response),
		async (body) =>
			await consumeWithin(
				body,
				{ ...patient, maxSilenceMs: 2000, hangUp: () => body.destroy(), clock },
				buffer,
			),
	);
	expect(read.toString()).toBe('........');
});

it('a connection that breaks is an error, not a short video', async () => {
	const reading = within(
		(response) => {
			response.writeHead(200, { 'content-length': 1000 });
			response.write('the beginning', () => response.destroy());
		},
		async (body) => await consumeWithin(body, patient, buffer),
	);
	await expect(reading).rejects.toThrow();
});

it('what its consumer throws is thrown', async () => {
	const body = Readable.from([Buffer.from('one'), Buffer.from('two')]);
	const reading = consumeWithin(body, patient, async () => {
		throw new Error('the disk is full');
	});
	await expect(reading).rejects.toThrow('the disk is full');
});
