import type {
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { answerDelivery } from '../shared/callback/delivery';
import { nodeProperties } from '../shared/description';
import { actionBuilderHint } from '../shared/description/builderHint';
import { customOperations } from '../shared/operations';
import { handleWakeUp, sleepTooltip, sleepWebhooks } from '../shared/sleep/wake';
import { evoLink } from './evoLink.provider';

export class EvoLinkVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'EvoLink Veo',
		name: 'evoLinkVeo',
		icon: { light: 'file:../../icons/evolink.svg', dark: 'file:../../icons/evolink.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 and Gemini Omni videos from reference images with EvoLink',
		defaults: { name: 'EvoLink Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoEvoLinkApi', required: true }],
		webhooks: sleepWebhooks,
		waitingNodeTooltip: sleepTooltip,
		requestDefaults: {},
		properties: nodeProperties([evoLink]),
	};

	customOperations = customOperations([evoLink]);

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDelivery(this, async () => await handleWakeUp(this, [evoLink]));
	}
}
