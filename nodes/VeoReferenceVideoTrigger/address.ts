import type { IDataObject, IHookFunctions } from 'n8n-workflow';

import { triggerAddresses, whyNotCallable } from '../shared/callback/address';

const providerOf = (functions: IHookFunctions) => String(functions.getNodeParameter('provider'));

/** Leaves the production URL where the generating nodes of the same workflow look for it. */
export function keepTriggerAddress(functions: IHookFunctions): void {
	// While somebody listens for a test event, the URL lives for two minutes only.
	if (functions.getMode() === 'manual') return;
	const shared = functions.getWorkflowStaticData('global');
	const others = shared[triggerAddresses] as IDataObject | undefined;
	const url = functions.getNodeWebhookUrl('default') ?? '';
	const problem = whyNotCallable(url);
	if (problem) {
		functions.logger.warn(
			`${functions.getNode().name}: providers will not call ${url}, which ${problem}. Set WEBHOOK_URL to the public https address of this n8n.`,
		);
	}
	shared[triggerAddresses] = { ...others, [providerOf(functions)]: url };
}

export function forgetTriggerAddress(functions: IHookFunctions): void {
	if (functions.getMode() === 'manual') return;
	const shared = functions.getWorkflowStaticData('global');
	const addresses = Object.entries((shared[triggerAddresses] ?? {}) as IDataObject);
	const own = providerOf(functions);
	shared[triggerAddresses] = Object.fromEntries(addresses.filter(([id]) => id !== own));
}
