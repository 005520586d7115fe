import type { IHookFunctions } from 'n8n-workflow';

import { whyNotCallable } from '../shared/callback/address';
import { keepTriggerUrls, triggerUrlsOf } from '../shared/n8n/state';
import { callingProviders } from './properties';

const providerOf = (functions: IHookFunctions) => String(functions.getNodeParameter('provider'));

const isSimulated = (functions: IHookFunctions) =>
	callingProviders.some(({ id, simulation }) => simulation && id === providerOf(functions));

/** Leaves the production URL where the generating nodes of the same workflow look for it. */
export function keepTriggerAddress(functions: IHookFunctions): void {
	// While somebody listens for a test event, the URL lives for two minutes only.
	if (functions.getMode() === 'manual') return;
	const url = functions.getNodeWebhookUrl('default') ?? '';
	const problem = isSimulated(functions) ? undefined : whyNotCallable(url);
	if (problem) {
		functions.logger.warn(
			`${functions.getNode().name}: providers cannot call ${url}, which ${problem}. Set WEBHOOK_URL to the public https address of this n8n.`,
		);
	}
	keepTriggerUrls(functions, { ...triggerUrlsOf(functions), [providerOf(functions)]: url });
}

export function forgetTriggerAddress(functions: IHookFunctions): void {
	if (functions.getMode() === 'manual') return;
	const own = providerOf(functions);
	const others = Object.entries(triggerUrlsOf(functions)).filter(([id]) => id !== own);
	keepTriggerUrls(functions, Object.fromEntries(others));
}
