import { whyNotCallable, whyNotCalled } from '../callback/address';
import { badInput } from '../n8n/failure';
import { isTool } from '../n8n/item';
import type { Item } from '../n8n/item';
import { isN8n1, resumeUrlOf } from '../n8n/platform';
import { optionsOf } from '../input/parameters';

const strategies = ['auto', 'callback', 'polling'];

/**
 * Where the provider can wake this execution, or undefined when the node has to poll: n8n's resume
 * URL with the node in its path, as `sleepWebhooks` ask for it.
 *
 * @throws NodeOperationError when callbacks are asked for where they cannot work
 */
export async function readResumeAddress(item: Item): Promise<string | undefined> {
	const { waitStrategy = 'auto' } = optionsOf(item);
	if (!strategies.includes(String(waitStrategy))) {
		throw badInput(
			item,
			`"${String(waitStrategy).slice(0, 100)}" is not a wait strategy`,
			`Choose one of: ${strategies.join(', ')}`,
		);
	}
	// An agent wants the answer of its tool at once. It would not get the one after the sleep from
	// n8n.
	if (waitStrategy === 'polling' || isTool(item)) return undefined;
	const { callback, displayName } = item.provider;
	const address = resumeAddress(item);
	// A caller that runs a sub-workflow once for each item forgets all but the first that has slept,
	// and n8n 1 lets every caller go on with its own input.
	const isCalled = item.functions.getMode() === 'integrated';
	if (waitStrategy === 'auto') {
		return callback && !whyNotCallable(address) && !isCalled ? address : undefined;
	}
	if (!callback) {
		throw badInput(
			item,
			`${displayName} does not call back`,
			'Set Wait Strategy to Auto or Polling',
		);
	}
	if (isCalled && isN8n1(item)) {
		throw badInput(
			item,
			'n8n 1 does not return results from a sub-workflow that has slept',
			'Set Wait Strategy to Auto or Polling, or update n8n to version 2',
		);
	}
	const problem = await whyNotCalled(item, address);
	if (!problem) return address;
	throw badInput(
		item,
		`${displayName} cannot call this n8n back: its address ${new URL(address).origin} ${problem}`,
		"Set n8n's WEBHOOK_URL to its public https address, or Wait Strategy to Auto or Polling",
	);
}

function resumeAddress(item: Item): string {
	const url = resumeUrlOf(item);
	url.pathname += `/${item.node.id}`;
	return url.toString();
}
