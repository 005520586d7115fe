import type { INodeProperties } from 'n8n-workflow';

import { asProviderOption, providersAndSimulator, providersThat } from '../shared/registry';

export const callingProviders = providersAndSimulator.filter((provider) => provider.callback);
const unconfirmed = callingProviders.filter((provider) => !provider.callback?.isDocumented);
const simulated = callingProviders.filter(({ simulation }) => simulation);
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
			'Copy the production URL of this node into the option Callback URL of the node that generates (or switch on Callback to This Workflow there), and give both the same credential. n8n must be reachable from the internet by https.',
		name: 'notice',
		type: 'notice',
		default: '',
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
			'This provider does not document what it posts to a callback URL, so whether this works is unconfirmed. Generate and Wait with polling does not depend on it.',
		name: 'unconfirmedNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { provider: unconfirmed.map(({ id }) => id) } },
	},
	{
		displayName:
			'Nothing has to be reachable from the internet here: this n8n makes the calls itself. A restart of n8n loses those that are still to come.',
		name: 'simulatedNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { provider: simulated.map(({ id }) => id) } },
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
		description: 'Which ends of a job start the workflow',
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
				description: 'Whether to stream the finished video into a binary field',
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
