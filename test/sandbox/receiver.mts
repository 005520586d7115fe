import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

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
			for (let waited = 0; received.length < count; waited += 10) {
				if (waited > 5000) throw new Error(`${received.length} of ${count} callbacks arrived`);
				await new Promise((resolve) => setTimeout(resolve, 10));
			}
		},
		async stop() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
