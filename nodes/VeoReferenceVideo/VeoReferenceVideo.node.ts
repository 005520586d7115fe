import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { authenticationField, nodeProperties, providerField } from '../shared/description';
import { customOperations } from '../shared/operations';
import { providers } from '../shared/registry';

export class VeoReferenceVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Veo Reference Video',
		name: 'veoReferenceVideo',
		icon: { light: 'file:../../icons/veo.svg', dark: 'file:../../icons/veo.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["provider"] }}',
		description: 'Generate Veo 3.1 videos from prompts and reference images with several providers',
		defaults: { name: 'Veo Reference Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'veoFalApi',
				required: true,
				displayOptions: { show: { '/provider': ['fal'], authentication: ['fal'] } },
			},
			{
				name: 'veoAimlApi',
				required: true,
				displayOptions: { show: { '/provider': ['aimlapi'], authentication: ['aimlapi'] } },
			},
			{
				name: 'veoAiHubMaxApi',
				required: true,
				displayOptions: { show: { '/provider': ['aihubmax'], authentication: ['aihubmax'] } },
			},
			{
				name: 'veoShortApi',
				required: true,
				displayOptions: { show: { '/provider': ['shortapi'], authentication: ['shortapi'] } },
			},
			{
				name: 'veoEvoLinkApi',
				required: true,
				displayOptions: { show: { '/provider': ['evolink'], authentication: ['evolink'] } },
			},
		],
		requestDefaults: {},
		properties: [providerField(providers), authenticationField, ...nodeProperties(providers)],
	};

	customOperations = customOperations(providers);
}
