import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Call {
	path: string;
	status?: number;
}

/** A server before another one, which notes what passes. */
export interface Front {
	url: string;
	/** In the order of their arrival. */
	calls: Call[];
	/** So many were under way at the same time at most, since this was last set to zero. */
	mostAtOnce: number;
	/** Where a request is sent on to; undefined: nowhere, and the answer is 404. */
	target(url: string): URL | undefined;
	stop(): Promise<void>;
}

/** One for the tests of a file. */
export function useFront(): () => Front {
	let front: Front;
	beforeAll(async () => (front = await startFront()));
	afterAll(async () => await front.stop());
	return () => front;
}

async function startFront(): Promise<Front> {
	let atOnce = 0;
	const server = createServer((incoming, answer) => {
		const { url = '', method, headers } = incoming;
		const call: Call = { path: url };
		front.calls.push(call);
		front.mostAtOnce = Math.max(front.mostAtOnce, ++atOnce);
		answer.on('close', () => atOnce--);
		const refuse = (status: number) => {
			call.status = status;
			answer.writeHead(status).end();
		};
		const target = front.target(url);
		if (!target) return refuse(404);
		const passed = ask(target, { method, headers: { ...headers, host: target.host } }, (found) => {
			call.status = found.statusCode;
			answer.writeHead(found.statusCode ?? 502, found.headers);
			found.pipe(answer);
		});
		passed.on('error', () => refuse(502));
		incoming.pipe(passed);
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const front: Front = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		calls: [],
		mostAtOnce: 0,
		target: () => undefined,
		async stop() {
			const closed = once(server, 'close');
			server.close().closeAllConnections();
			await closed;
		},
	};
	return front;
}
