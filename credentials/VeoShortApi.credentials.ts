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
				'ShortAPI documents no request that tells whether a key is right. The test only checks that the API answers and does not reject the key outright. A passed test is therefore no proof that the key is right; only the first generation is.',
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
			description: 'Made in your ShortAPI dashboard',
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
						'ShortAPI was reached and does not know the job that the test asks about. That says nothing about the key; the first generation will tell.',
				},
			},
		],
	};
}
