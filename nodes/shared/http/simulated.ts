import { randomBytes } from 'node:crypto';

import type { Item } from '../n8n/item';
import { postToSelf } from '../n8n/selfCall';
import { ExpiringCache } from '../time/expiringCache';
import { pause } from '../time/pause';
import { retry } from '../time/retry';
import type { SimulatedAnswer, Simulation, WireRequest, WireResponse } from '../types';

const dayMs = 24 * 60 * 60 * 1000;

/** Jobs that were canceled; of the process. */
const canceled = new ExpiringCache<true>(dayMs, 10_000);

/** The answer of a provider that exists in this process alone. */
export function simulatedAnswer(
	item: Item,
	simulation: Simulation,
	request: WireRequest,
): WireResponse {
	const now = Date.now();
	const answer = simulation.answer(request, {
		now,
		nonce: randomBytes(4).toString('hex'),
		isCanceled: (jobId) => canceled.get(jobId, Date.now()) === true,
	});
	if (answer.canceled) canceled.set(answer.canceled, true, now);
	if (answer.callback) void callBack(item, answer.callback);
	return { status: answer.status, headers: {}, body: answer.body, isJson: true };
}

/** Lives on after the node has returned, and calls until it is answered. Never rejects. */
async function callBack(
	item: Item,
	{ url, body, at }: NonNullable<SimulatedAnswer['callback']>,
): Promise<void> {
	await pause(Math.max(0, at - Date.now()));
	await retry(async () => (await postToSelf(item, url, { body }))?.statusCode, {
		attempts: 6,
		firstDelayMs: 1000,
		mayRepeat: (status) => status === undefined || status === 409 || status >= 500,
	});
}
