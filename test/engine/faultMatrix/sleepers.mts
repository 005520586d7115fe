import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call to the resume URL of a sleeping node, as it came. */
export interface ResumeCall {
	token: string;
	headers: IncomingHttpHeaders;
	rawBody: Buffer;
}

/** Stands where n8n would listen, and answers for each execution that sleeps. */
export interface Sleepers {
	url: string;
	/** From now on, calls to this execution get the status that comes of them. */
	fallAsleep(executionId: string, onCall: (call: ResumeCall) => Promise<number>): void;
	stop(): void;
}

export async function startSleepers(): Promise<Sleepers> {
	const sleeping = new Map<string, (call: ResumeCall) => Promise<number>>();
	const server = createServer((request, response) => {
		void (async () => {
			const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
			const executionId = pathname.split('/').at(-2) ?? '';
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const onCall = sleeping.get(executionId);
			const token = searchParams.get('veoToken');
			if (!onCall || token === null) {
				// As n8n 1.123 and 2.41 do while the execution still runs.
				const message = `The execution "${executionId}" is running already.`;
				return void response.writeHead(409).end(JSON.stringify({ message }));
			}
			const { headers } = request;
			const status = await onCall({ token, headers, rawBody: Buffer.concat(chunks) });
			response.writeHead(status).end('{}');
		})();
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		fallAsleep: (executionId, onCall) => void sleeping.set(executionId, onCall),
		stop: () => void server.close().closeAllConnections(),
	};
}
