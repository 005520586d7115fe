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
import { fal } from './fal.provider';

export class FalVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'fal.ai Veo',
		name: 'falVeo',
		icon: { light: 'file:../../icons/fal.svg', dark: 'file:../../icons/fal.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 and Gemini Omni videos from reference images with fal.ai',
		defaults: { name: 'fal.ai Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoFalApi', required: true }],
		webhooks: sleepWebhooks,
		waitingNodeTooltip: sleepTooltip,
		requestDefaults: {},
		properties: nodeProperties([fal]),
	};

	customOperations = customOperations([fal]);

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDelivery(this, async () => await handleWakeUp(this, [fal]));
	}
}
