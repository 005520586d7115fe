import type { Item } from '../n8n/item';
import { executionOf } from '../n8n/platform';
import { postToSelf, textOfAnswer } from '../n8n/selfCall';
import { ExpiringCache } from '../time/expiringCache';

/** Each question writes an error line to n8n's log, so the answer is kept. */
const askAgainAfterMs = 10 * 60 * 1000;
const answersWithinMs = 5000;

/** By the address without the execution; of the process. */
const answers = new ExpiringCache<Promise<boolean>>(askAgainAfterMs, 100);

/** No execution has this number. */
const unknownExecution = '999999999999';

/**
 * Whether this n8n answers at its own resume URL. Seen on n8n 1.123 and 2.41: the resume URL of an
 * execution that still runs answers 409 and names it; of a manual one 500, so there an execution
 * that does not exist is asked for, which answers 404 and names it.
 */
export async function reachesItself(item: Item, address: string): Promise<boolean> {
	const executionId = executionOf(item).getExecutionId();
	const place = new URL(address);
	const [base] = place.href.split(`/${executionId}/`);
	return await answers.getOrSet(base, Date.now(), async () => await ask(item, place, executionId));
}

async function ask(item: Item, place: URL, executionId: string): Promise<boolean> {
	const own = await post(item, place);
	if (own?.statusCode === 409 && textOfAnswer(own).includes(executionId)) return true;
	if (own?.statusCode !== 500) return false;
	const unknown = new URL(place);
	unknown.pathname = unknown.pathname.replace(`/${executionId}/`, `/${unknownExecution}/`);
	const other = await post(item, unknown);
	return other?.statusCode === 404 && textOfAnswer(other).includes(unknownExecution);
}

const post = async (item: Item, url: URL) =>
	await postToSelf(item, url.href, { timeoutMs: answersWithinMs });
