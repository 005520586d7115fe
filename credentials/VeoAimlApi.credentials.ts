import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { authorization } from '../nodes/shared/http/authorization';

export class VeoAimlApi implements ICredentialType {
	name = 'veoAimlApi';

	displayName = 'Veo AI/ML API';

	icon: Icon = { light: 'file:../icons/aimlapi.svg', dark: 'file:../icons/aimlapi.dark.svg' };

	documentationUrl = 'https://docs.aimlapi.com/quickstart/setting-up';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Create it at https://aimlapi.com/app/keys',
			hint: 'The test reads the balance of the account.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.aimlapi.com',
			description: 'Where videos are submitted; change it only for a proxy or the sandbox',
		},
	];

	authenticate = authorization('Bearer');

	// The public list of models answers any key. Only the account's own data is refused to a wrong
	// one.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/v2/billing' },
	};
}
