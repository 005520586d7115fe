import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { authorization } from '../nodes/shared/http/authorization';

export class VeoShortApi implements ICredentialType {
	name = 'veoShortApi';

	displayName = 'Veo ShortAPI API';

	icon: Icon = { light: 'file:../icons/shortapi.svg', dark: 'file:../icons/shortapi.dark.svg' };

	documentationUrl = 'https://shortapi.ai';

	properties: INodeProperties[] = [
		{
			displayName:
				'ShortAPI documents no request that tests a key. The credential test only shows that the API answers and does not refuse the key, so a wrong key can pass it. The first job shows whether the key is right.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Create it in your ShortAPI dashboard',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.shortapi.ai',
			description: 'Where videos are submitted; change it only for a proxy or the sandbox',
		},
	];

	authenticate = authorization('Bearer');

	// Asks about a job that does not exist. The answer to that is not documented, so only a refusal
	// of the key counts.
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl}}',
			url: '/api/v1/job/query',
			qs: { id: 'credential-test' },
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message:
						'ShortAPI answered, but does not know the job that the test asks about. This says nothing about the key; the first job will show whether it is right.',
				},
			},
		],
	};
}
