import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { authorization } from '../nodes/shared/http/authorization';

export class VeoAiHubMaxApi implements ICredentialType {
	name = 'veoAiHubMaxApi';

	displayName = 'Veo AIHubMax API';

	icon: Icon = { light: 'file:../icons/aihubmax.svg', dark: 'file:../icons/aihubmax.dark.svg' };

	documentationUrl = 'https://docs.aihubmax.com';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Create it in your AIHubMax console',
			hint: 'The test reads the list of models that the key may use.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.aihubmax.com',
			description: 'Where videos are submitted; change it only for a proxy or the sandbox',
		},
	];

	authenticate = authorization('Bearer');

	// The list is the key's own, so a wrong key is refused.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/models' },
	};
}
