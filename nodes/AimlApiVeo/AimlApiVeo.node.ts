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
import { aimlApi } from './aimlApi.provider';

export class AimlApiVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AI/ML API Veo',
		name: 'aimlApiVeo',
		icon: { light: 'file:../../icons/aimlapi.svg', dark: 'file:../../icons/aimlapi.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 and Gemini Omni videos from reference images with AI/ML API',
		defaults: { name: 'AI/ML API Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoAimlApi', required: true }],
		webhooks: sleepWebhooks,
		waitingNodeTooltip: sleepTooltip,
		requestDefaults: {},
		properties: nodeProperties([aimlApi]),
	};

	customOperations = customOperations([aimlApi]);

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDelivery(this, async () => await handleWakeUp(this, [aimlApi]));
	}
}
