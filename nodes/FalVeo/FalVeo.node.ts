import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { nodeProperties } from '../shared/description';
import { actionBuilderHint } from '../shared/description/builderHint';
import { customOperations } from '../shared/operations';
import { fal } from './fal.provider';

export class FalVeo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'fal.ai Veo',
		name: 'falVeo',
		icon: { light: 'file:../../icons/fal.svg', dark: 'file:../../icons/fal.dark.svg' },
		group: ['transform'],
		version: [1, 1.1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Generate Veo 3.1 videos from reference images with fal.ai',
		defaults: { name: 'fal.ai Veo' },
		usableAsTool: true,
		builderHint: actionBuilderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'veoFalApi', required: true }],
		requestDefaults: {},
		properties: nodeProperties([fal]),
	};

	customOperations = customOperations([fal]);
}
