import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call to the resume URL of a sleeping node. */
export interface ResumeCall {
	path: string;
	token: string;
}

export interface N8nAddress {
	url: string;
	/** The calls with a token, in their order. */
	calls: ResumeCall[];
	/** The first call with a token; waits for it. */
	called(): Promise<ResumeCall>;
}

/** What n8n 1.123 and 2.41 answer at the resume URL of an execution that still runs. */
const stillRunning = (execution: string) =>
	JSON.stringify({ message: `The execution "${execution}" is running already.` });

/**
 * Stands where n8n would listen. It answers who only asks whether n8n is there, and notes the calls
 * that would wake a node, which the test then hands to it.
 */
export function useN8nAddress(): () => N8nAddress {
	let calls: ResumeCall[] = [];
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
		const token = searchParams.get('veoToken');
		if (token === null) {
			response.statusCode = 409;
			response.end(stillRunning(pathname.split('/').at(-2) ?? ''));
			return;
		}
		const call = { path: pathname, token };
		calls.push(call);
		server.emit('called', call);
		response.end('{}');
	});
	beforeAll(async () => await once(server.listen(0, '127.0.0.1'), 'listening'));
	afterEach(() => (calls = []));
	afterAll(() => void server.close().closeAllConnections());
	return () => ({
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		calls,
		async called() {
			if (calls.length === 0) await once(server, 'called');
			return calls[0];
		},
	});
}
