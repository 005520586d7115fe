import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Sandbox } from '../../../sandbox/server.mts';

export type Mood = 'answers' | 'is silent' | 'is down' | 'is busy' | 'refuses the key';

/** Stands before the sandbox and may hold back, or spoil, the answers to questions. */
export class Door {
	mood: Mood = 'answers';

	#held: Array<() => void> = [];

	/** Of processes that have died: nobody waits for them. */
	#abandoned = 0;

	readonly #server: Server;

	readonly #sandbox: Sandbox;

	constructor(sandbox: Sandbox) {
		this.#sandbox = sandbox;
		this.#server = createServer((incoming, outgoing) => {
			const go = () => this.#answer(incoming, outgoing);
			if (this.mood === 'is silent' && incoming.method === 'GET') this.#held.push(go);
			else go();
		});
	}

	async start(): Promise<void> {
		await once(this.#server.listen(0, '127.0.0.1'), 'listening');
	}

	stop(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}

	get heldBack(): number {
		return this.#held.length + this.#abandoned;
	}

	/** A credential that leads here. */
	credentialOf(provider: string): Record<string, string> {
		const { port } = this.#server.address() as AddressInfo;
		return Object.fromEntries(
			Object.entries(this.#sandbox.credentials[provider]).map(([name, value]) => [
				name,
				value.replace(this.#sandbox.url, `http://127.0.0.1:${port}`),
			]),
		);
	}

	is(mood: Mood): void {
		this.mood = mood;
		if (mood === 'is silent') return;
		for (const go of this.#held.splice(0)) go();
	}

	/** Who has asked does not live any more. */
	abandon(): void {
		this.#abandoned += this.#held.splice(0).length;
	}

	/** Hangs up on all. */
	clear(): void {
		this.mood = 'answers';
		this.#held = [];
		this.#abandoned = 0;
		this.#server.closeAllConnections();
	}

	#answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
		const { method, url = '', headers } = incoming;
		if (method === 'GET' && this.mood in refusals) {
			const [status, more] = refusals[this.mood as keyof typeof refusals];
			outgoing.writeHead(status, { 'content-type': 'application/json', ...more });
			outgoing.end('{}');
			return;
		}
		const asking = request(this.#sandbox.url + url, { method, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(outgoing);
		});
		asking.on('error', () => outgoing.destroy());
		incoming.pipe(asking);
	}
}

const refusals = {
	'is down': [503, {}],
	'is busy': [429, { 'retry-after': '20' }],
	'refuses the key': [401, {}],
} satisfies Partial<Record<Mood, [number, Record<string, string>]>>;
