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
import { aiHubMax } from './aiHubMax.provider';

export class AiHubMaxVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AIHubMax Veo',
		name: 'aiHubMaxVeo',
		icon: { light: 'file:../../icons/aihubmax.svg', dark: 'file:../../icons/aihubmax.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 videos from reference images with AIHubMax',
		defaults: { name: 'AIHubMax Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoAiHubMaxApi', required: true }],
		webhooks: sleepWebhooks,
		waitingNodeTooltip: sleepTooltip,
		requestDefaults: {},
		properties: nodeProperties([aiHubMax]),
	};

	customOperations = customOperations([aiHubMax]);

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDelivery(this, async () => await handleWakeUp(this, [aiHubMax]));
	}
}
