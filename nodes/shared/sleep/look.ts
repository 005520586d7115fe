import { createHash } from 'node:crypto';

import { tokenLifeMs } from '../callback/token';
import { lookAtJob } from '../job/read';
import type { JobReference, Reading } from '../job/read';
import type { Item } from '../n8n/item';
import { limiter } from '../time/concurrently';
import { ExpiringCache } from '../time/expiringCache';

export const readsAtATime = 5;

/** What all watchers of the process share that ask the same provider with the same key. */
interface Line {
	inTurn: ReturnType<typeof limiter>;
	/** The provider wants to be left alone until then: milliseconds since the epoch. */
	breakUntil: number;
}

const lines = new ExpiringCache<Line>(tokenLifeMs, 1000);

async function lineOf(item: Item): Promise<Line> {
	const credentials = JSON.stringify(await item.credentials());
	const key = createHash('sha256').update(item.provider.id).update(credentials).digest('base64url');
	const now = Date.now();
	const line = lines.get(key, now) ?? { inTurn: limiter(readsAtATime), breakUntil: -Infinity };
	lines.set(key, line, now);
	return line;
}

/**
 * A look at a job for a watcher. However many executions sleep, a provider is asked few questions
 * at a time with the same key, and none in a break that it has asked any of them for.
 *
 * @param isLast asks all the same, because there will be no later look
 */
export async function lookInTurn(item: Item, job: JobReference, isLast: boolean): Promise<Reading> {
	const line = await lineOf(item);
	return await line.inTurn(async () => {
		const breakMs = line.breakUntil - Date.now();
		if (breakMs > 0 && !isLast) return unreadFor(breakMs);
		const reading = await lookAtJob(item, job);
		const { state, retryAfterMs = 0 } = reading;
		if (state.status === 'unreadable' && retryAfterMs > 0) {
			line.breakUntil = Date.now() + retryAfterMs;
		}
		return reading;
	});
}

const unreadFor = (retryAfterMs: number): Reading => ({
	raw: null,
	state: {
		status: 'unreadable',
		failure: {
			code: 'rate_limited',
			message: 'the provider asked for a break',
			retryable: true,
		},
	},
	retryAfterMs,
});
