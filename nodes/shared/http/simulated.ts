import { randomBytes } from 'node:crypto';

import type { IN8nHttpFullResponse } from 'n8n-workflow';

import type { Item } from '../n8n/item';
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
	{ functions }: Item,
	{ url, body, at }: NonNullable<SimulatedAnswer['callback']>,
): Promise<void> {
	await pause(Math.max(0, at - Date.now()));
	await retry(async () => await post(functions, url, body), {
		attempts: 6,
		firstDelayMs: 1000,
		mayRepeat: (status) => status === undefined || status === 409 || status >= 500,
	});
}

async function post(
	functions: Item['functions'],
	url: string,
	body: SimulatedAnswer['body'],
): Promise<number | undefined> {
	try {
		const { statusCode } = (await functions.helpers.httpRequest({
			method: 'POST',
			url,
			body,
			json: true,
			timeout: 15_000,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		})) as IN8nHttpFullResponse;
		return statusCode;
	} catch {
		// No answer: n8n may be restarting.
		return undefined;
	}
}
