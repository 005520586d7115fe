import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

let open = 0;

subscribe('http.client.request.created', (message) => {
	open++;
	const { request } = message as { request: ClientRequest };
	request.once('close', () => open--);
});

const quietTurns = 4;

/**
 * Waits until nothing happens any more: every HTTP request of this process has come to its end,
 * except for those that somebody holds back.
 */
export async function untilQuiet(heldBack: () => number): Promise<void> {
	for (let quiet = 0; quiet < quietTurns;) {
		await turn();
		quiet = open === heldBack() ? quiet + 1 : 0;
	}
}
