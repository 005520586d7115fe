import type { Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { authorization } from '../nodes/shared/http/authorization';

export class VeoFalApi implements ICredentialType {
	name = 'veoFalApi';

	displayName = 'Veo fal.ai API';

	icon: Icon = { light: 'file:../icons/fal.svg', dark: 'file:../icons/fal.dark.svg' };

	documentationUrl = 'https://docs.fal.ai/authentication/key-based';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Create it at https://fal.ai/dashboard/keys',
			hint: 'The test reads the prices of fal.ai, which it shows to valid keys only.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://queue.fal.run',
			description: 'Where videos are submitted; change it only for a proxy or the sandbox',
		},
		{
			displayName: 'REST URL',
			name: 'restUrl',
			type: 'string',
			default: 'https://rest.fal.ai',
			description: 'Where images are uploaded and the keys of callbacks are published',
		},
		{
			displayName: 'Platform URL',
			name: 'platformUrl',
			type: 'string',
			default: 'https://api.fal.ai',
			description: 'Where the key is tested and prices are read',
		},
	];

	authenticate = authorization('Key');

	// Any key may read prices, and a wrong one is refused; the queue's own GETs answer without a key.
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.platformUrl}}',
			url: '/v1/models/pricing',
			qs: { endpoint_id: 'fal-ai/veo3.1/reference-to-video' },
		},
	};
}
