import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { nodeProperties } from '../shared/description';
import { actionBuilderHint } from '../shared/description/builderHint';
import { customOperations } from '../shared/operations';
import { aiHubMax } from './aiHubMax.provider';

export class AiHubMaxVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AIHubMax Veo',
		name: 'aiHubMaxVeo',
		icon: { light: 'file:../../icons/aihubmax.svg', dark: 'file:../../icons/aihubmax.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 videos from reference images with AIHubMax',
		defaults: { name: 'AIHubMax Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoAiHubMaxApi', required: true }],
		requestDefaults: {},
		properties: nodeProperties([aiHubMax]),
	};

	customOperations = customOperations([aiHubMax]);
}
