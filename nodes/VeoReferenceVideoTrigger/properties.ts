import type { INodeProperties } from 'n8n-workflow';

import { asProviderOption, providersAndSimulator, providersThat } from '../shared/registry';

export const callingProviders = providersAndSimulator.filter((provider) => provider.callback);
const unconfirmed = callingProviders.filter((provider) => !provider.callback?.isDocumented);
const simulated = callingProviders.filter(({ simulation }) => simulation).map(({ id }) => id);
const defaultProvider = callingProviders[0].id;

const list = new Intl.ListFormat('en-GB');

/** What the dropdown says about providers that it does not offer. */
export function whoCallsBack(others: string[]): string {
	if (others.length === 0) return 'Who calls back';
	return `Who calls back; ${list.format(others)} ${others.length === 1 ? 'does' : 'do'} not`;
}

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'Copy the production URL of this node into the option Callback URL of the generating node (or switch on its option Callback to This Workflow), and choose the same credential in both nodes. The internet must reach your n8n by https.',
		name: 'notice',
		type: 'notice',
		default: '',
		displayOptions: { hide: { provider: simulated } },
	},
	{
		displayName: 'Provider',
		name: 'provider',
		type: 'options',
		noDataExpression: true,
		options: callingProviders
			.map(asProviderOption)
			.sort((one, other) => one.name.localeCompare(other.name)),
		default: defaultProvider,
		description: whoCallsBack(providersThat((provider) => !provider.callback)),
	},
	{
		displayName:
			'This provider does not document its callbacks, so it is not confirmed that they work. Generate and Wait works without callbacks.',
		name: 'unconfirmedNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { provider: unconfirmed.map(({ id }) => id) } },
	},
	{
		displayName:
			'Copy the URL of this node into the option Callback URL of the generating node, and choose the Simulator there, too. It calls from inside n8n: the internet does not have to reach it. A restart of n8n loses the calls that have not come yet.',
		name: 'simulatedNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { provider: simulated } },
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		options: [
			{ name: 'Completed', value: 'completed', description: 'The video has finished' },
			{ name: 'Failed', value: 'failed', description: 'The job failed or was canceled' },
		],
		default: ['completed', 'failed'],
		required: true,
		description: 'Which results of a job start the workflow',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Download Video',
				name: 'downloadVideo',
				type: 'boolean',
				default: false,
				description: 'Whether to download the finished video into a binary field',
			},
			{
				displayName: 'Put Output File in Field',
				name: 'binaryField',
				type: 'string',
				default: 'data',
				hint: 'The name of the output binary field to put the file in',
			},
		],
	},
];
