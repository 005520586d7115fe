import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { nodeProperties } from '../shared/description';
import { actionBuilderHint } from '../shared/description/builderHint';
import { customOperations } from '../shared/operations';
import { shortApi } from './shortApi.provider';

export class ShortApiVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ShortAPI Veo',
		name: 'shortApiVeo',
		icon: { light: 'file:../../icons/shortapi.svg', dark: 'file:../../icons/shortapi.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 videos from reference images with ShortAPI',
		defaults: { name: 'ShortAPI Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoShortApi', required: true }],
		requestDefaults: {},
		properties: nodeProperties([shortApi]),
	};

	customOperations = customOperations([shortApi]);
}
