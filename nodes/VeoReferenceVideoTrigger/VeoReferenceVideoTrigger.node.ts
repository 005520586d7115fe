import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { answerDelivery } from '../shared/callback/delivery';
import { providerCredentials } from '../shared/description/credentials';
import { forgetTriggerAddress, keepTriggerAddress } from './address';
import { callingProviders, triggerProperties } from './properties';
import { handleDelivery } from './webhook';

export class VeoReferenceVideoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Veo Reference Video Trigger',
		name: 'veoReferenceVideoTrigger',
		icon: { light: 'file:../../icons/veo.svg', dark: 'file:../../icons/veo.dark.svg' },
		group: ['trigger'],
		// For a node of version 1, n8n evaluates an expression of the old Webhook node with each call: in
		// workflows with combined binary data it fails over it, and answers 500.
		version: [1, 1.1],
		subtitle: '={{ $parameter["provider"] + ": " + $parameter["events"].join(", ") }}',
		// The editor lists this node and its action node as one entry, and shows this text for both.
		description:
			'Generate Veo 3.1 and Gemini Omni videos, or start a workflow with each finished video',
		defaults: { name: 'Veo Reference Video Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: providerCredentials(callingProviders),
		webhooks: [
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'callback' },
		],
		triggerPanel: {
			header: 'Start a workflow with each finished video',
			executionsHelp: {
				inactive:
					'Copy the <b>production URL</b> above into the option Callback URL of the generating node. If that node is in this workflow, you can switch on its option Callback to This Workflow instead. Then publish this workflow: n8n forgets a test URL before a provider calls back.',
				active:
					'This workflow runs once for each job. Copy its production URL into the option Callback URL of the generating node, and choose the same credential in both nodes.',
			},
			activationHint:
				'Publish this workflow, then generate with its production URL as Callback URL. The internet must reach your n8n by https.',
		},
		properties: triggerProperties,
	};

	webhookMethods = {
		default: {
			// n8n keeps the webhook itself; each submit tells the provider where to call.
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return false;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				keepTriggerAddress(this);
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				forgetTriggerAddress(this);
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDelivery(this, handleDelivery);
	}
}
