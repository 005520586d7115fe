import type { INodeTypeDescription } from 'n8n-workflow';

type BuilderHint = NonNullable<INodeTypeDescription['builderHint']>;

/** For n8n's AI builder, which reads it when it looks for a node. */
export const actionBuilderHint: BuilderHint = {
	searchHint:
		'Makes videos from a prompt and reference images, most models from one to three. Use operation generateAndWait: one node takes all items at once and returns the finished videos, so build no loop and no polling around it. Each video is billed when it is submitted, so try a workflow with one item first; estimateCost is free.',
	relatedNodes: [
		{
			nodeType: 'n8n-nodes-veo-reference-video.veoReferenceVideoTrigger',
			relationHint:
				'Starts a workflow with each finished video, for jobs that operation generate has submitted with a callback',
		},
	],
};

/** The builder sees these beside the operations that it may choose from. */
export const operationHints = {
	generateAndWait: {
		propertyHint:
			'The right choice for most workflows. An item that has not finished in time leaves with error.code "timeout": follow with an IF on that, a Wait, and this node with resource job, operation get.',
	},
	generate: {
		propertyHint:
			'Returns job IDs, no videos: only together with the trigger (option callbackUrl) or a later job get.',
	},
	get: {
		propertyHint:
			'Asks about a job that was submitted and costs nothing. Use it for what has not finished; never submit again.',
	},
};
