import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { authorization } from '../nodes/shared/http/authorization';

export class VeoEvoLinkApi implements ICredentialType {
	name = 'veoEvoLinkApi';

	displayName = 'Veo EvoLink API';

	icon: Icon = { light: 'file:../icons/evolink.svg', dark: 'file:../icons/evolink.dark.svg' };

	documentationUrl = 'https://docs.evolink.ai/en/quickstart';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Create it in your EvoLink dashboard',
			hint: 'The test reads the balance of the key.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.evolink.ai',
			description: 'Where videos are submitted; change it only for a proxy or the sandbox',
		},
		{
			displayName: 'Files URL',
			name: 'filesUrl',
			type: 'string',
			default: 'https://files-api.evolink.ai',
			description: 'Where images are uploaded',
		},
	];

	authenticate = authorization('Bearer');

	// The balance of the key; a wrong key is refused.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/v1/credits' },
	};
}
