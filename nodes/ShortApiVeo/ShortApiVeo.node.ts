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
import { shortApi } from './shortApi.provider';

export class ShortApiVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ShortAPI Veo',
		name: 'shortApiVeo',
		icon: { light: 'file:../../icons/shortapi.svg', dark: 'file:../../icons/shortapi.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 videos from reference images with ShortAPI',
		defaults: { name: 'ShortAPI Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoShortApi', required: true }],
		webhooks: sleepWebhooks,
		waitingNodeTooltip: sleepTooltip,
		requestDefaults: {},
		properties: nodeProperties([shortApi]),
	};

	customOperations = customOperations([shortApi]);

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDelivery(this, async () => await handleWakeUp(this, [shortApi]));
	}
}
