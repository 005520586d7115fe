import type {
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { answerDelivery } from '../shared/callback/delivery';
import { nodeProperties, providerField } from '../shared/description';
import { actionBuilderHint } from '../shared/description/builderHint';
import { authenticationField, providerCredentials } from '../shared/description/credentials';
import { customOperations } from '../shared/operations';
import { providersAndSimulator } from '../shared/registry';
import { handleWakeUp, sleepTooltip, sleepWebhooks } from '../shared/sleep/wake';

export class VeoReferenceVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Veo Reference Video',
		name: 'veoReferenceVideo',
		icon: { light: 'file:../../icons/veo.svg', dark: 'file:../../icons/veo.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["provider"] }}',
		description:
			'Generate Veo 3.1 and Gemini Omni videos from prompts and reference images with several providers',
		defaults: { name: 'Veo Reference Video' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: providerCredentials(providersAndSimulator, { byAuthentication: true }),
		webhooks: sleepWebhooks,
		waitingNodeTooltip: sleepTooltip,
		requestDefaults: {},
		properties: [
			providerField(providersAndSimulator),
			authenticationField,
			...nodeProperties(providersAndSimulator),
		],
	};

	customOperations = customOperations(providersAndSimulator);

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDelivery(this, async () => await handleWakeUp(this, providersAndSimulator));
	}
}
