import type { INodeProperties } from 'n8n-workflow';

import { longestTimeoutMinutes } from '../input/limits';
import type { Providers } from '../types';
import { controlOptions } from './controls';

const submitting = ['generate', 'generateAndWait'];

/** Generate and Wait waits itself. */
function callbackOptions(providers: Providers): INodeProperties[] {
	const ids = providers
		.filter((provider) => provider.callback)
		.flatMap((provider) => provider.models.map((model) => model.id));
	if (ids.length === 0) return [];
	const displayOptions = { show: { '/operation': ['generate'], '/model': ids } };
	return [
		{
			displayName: 'Callback to This Workflow',
			name: 'callbackThisWorkflow',
			type: 'boolean',
			displayOptions,
			default: false,
			description:
				'Whether the provider calls the Veo Reference Video Trigger of this workflow when the job has ended; publish the workflow first',
		},
		{
			displayName: 'Callback URL',
			name: 'callbackUrl',
			type: 'string',
			displayOptions,
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/…/callback',
			description:
				'Production URL of a Veo Reference Video Trigger, which the provider calls when the job has ended. The callback brings Metadata back (up to 1,000 bytes).',
		},
	];
}

const modelId: INodeProperties = {
	displayName: 'Model ID',
	name: 'modelId',
	type: 'string',
	displayOptions: { show: { '/operation': [...submitting, 'estimateCost'] } },
	default: '',
	placeholder: 'e.g. google/veo-4/reference-to-video',
	description:
		'ID of a model that is not in the list, as the provider spells it. It is sent in place of the chosen model, with the same settings; its price is not known.',
};

const batchOptions = (requesting: string[]): INodeProperties[] => [
	{
		displayName: 'Budget (USD)',
		name: 'budget',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		displayOptions: { show: { '/operation': submitting } },
		default: 10,
		description:
			'Highest estimated cost of all items together. If the estimate is higher or not known, nothing is submitted.',
		builderHint: {
			propertyHint:
				'Set it where the number of items is not known beforehand, such as rows of a sheet',
		},
	},
	{
		displayName: 'Concurrency',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 50 },
		default: 5,
		description: 'How many requests to the provider run at the same time',
	},
	{
		displayName: 'Metadata',
		name: 'metadata',
		type: 'json',
		displayOptions: { show: { '/operation': [...requesting, 'estimateCost'] } },
		default: '={{ { "row": $itemIndex } }}',
		description:
			'A JSON object of your own that comes back with the job, for example the number of its spreadsheet row',
	},
];

const waitOptions: INodeProperties[] = [
	{
		displayName: 'Poll Interval (Seconds)',
		name: 'pollInterval',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: { show: { '/operation': ['generateAndWait'] } },
		default: 10,
		description: 'How often the provider is asked whether the video has finished',
	},
	{
		displayName: 'Timeout (Minutes)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: longestTimeoutMinutes },
		displayOptions: { show: { '/operation': ['generateAndWait'] } },
		default: 15,
		description:
			'How long to wait. A job that has not ended by then is returned with its job ID, for Job > Get.',
	},
];

const waitStrategy: INodeProperties = {
	displayName: 'Wait Strategy',
	name: 'waitStrategy',
	type: 'options',
	options: [
		{
			name: 'Auto',
			value: 'auto',
			description:
				'Sleep until every job has ended; the provider or n8n wakes the execution. Stay awake where a sleep would lose the result, such as in a workflow that another workflow calls.',
		},
		{
			name: 'Callback',
			value: 'callback',
			description:
				'Sleep until the provider calls back. Not for a workflow that another workflow calls once for each item.',
		},
		{
			name: 'Polling',
			value: 'polling',
			description:
				'Stay awake and ask the provider again and again; a restart of n8n ends the wait',
		},
	],
	displayOptions: { show: { '/operation': ['generateAndWait'] } },
	default: 'auto',
	description:
		"How to wait for the videos. To sleep, n8n must reach itself at its own address (n8n's setting WEBHOOK_URL). For callbacks, the internet must reach that address by https.",
};

const requestOptions: INodeProperties = {
	displayName: 'Request Options',
	name: 'requestOptions',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Proxy',
			name: 'proxy',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://myproxy:3128',
			description: 'HTTP proxy to use for the requests of this node',
		},
		{
			displayName: 'Timeout (Milliseconds)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 120000,
			description: 'How long to wait for an answer from the provider',
		},
	],
};

const within: INodeProperties = {
	displayName: 'Within (Hours)',
	name: 'within',
	type: 'number',
	typeOptions: { minValue: 0 },
	displayOptions: { show: { '/operation': ['recover'] } },
	default: 24,
	description: 'How many hours to look back',
};

export function optionsField(providers: Providers): INodeProperties {
	const canRecover = providers.some(({ recover }) => recover);
	const requesting = canRecover ? [...submitting, 'recover'] : submitting;
	const options: INodeProperties[] = [
		...controlOptions(providers, requesting),
		...callbackOptions(providers),
		modelId,
		...batchOptions(requesting),
		...(canRecover ? [within] : []),
		...waitOptions,
		waitStrategy,
		requestOptions,
	].sort((one, other) => one.displayName.localeCompare(other.displayName));
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options,
	};
}
