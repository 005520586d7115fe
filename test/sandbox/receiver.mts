import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import { until } from '../../scripts/until.mts';

export interface Received {
	headers: IncomingHttpHeaders;
	/** Exactly the bytes that arrived. */
	body: string;
	at: number;
}

export interface Receiver {
	url: string;
	received: Received[];
	/** Statuses of the next answers; 200 after that. */
	answers: number[];
	/** Resolves when so many callbacks have arrived. */
	arrived(count: number): Promise<void>;
	stop(): Promise<void>;
}

/** A callback address of the client, on a free port. */
export async function startReceiver(): Promise<Receiver> {
	const received: Received[] = [];
	const answers: number[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const body = Buffer.concat(chunks).toString('utf8');
		received.push({ headers: request.headers, body, at: Date.now() });
		response.writeHead(answers.shift() ?? 200, { Location: '/elsewhere' }).end();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback?veoToken=a%20b`,
		received,
		answers,
		async arrived(count) {
			await until(`${count} callbacks have arrived`, () => received.length >= count, 5000);
		},
		async stop() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
