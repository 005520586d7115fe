import type { INodeProperties } from 'n8n-workflow';

import { asProviderOption } from '../registry';
import type { Providers } from '../types';
import { jobFields, simplifyField, videoFields } from './fields';
import { operationFields } from './operations';
import { optionsField } from './options';
import { requestOptionsSetting } from './requestOptions';

/** All parameters of a node for these providers; with more than one, the provider comes first. */
export function nodeProperties(providers: Providers): INodeProperties[] {
	return [
		...providerNotices(providers),
		...operationFields(providers),
		...videoFields(providers),
		...jobFields(providers),
		simplifyField,
		optionsField(providers),
		// The node of all providers never had it.
		...(providers.length === 1 ? [requestOptionsSetting] : []),
	];
}

/** What the editor says while a provider is chosen. */
const providerNotices = (providers: Providers): INodeProperties[] =>
	providers.flatMap(({ id, notice }) =>
		notice
			? [
					{
						displayName: notice,
						name: 'providerNotice',
						type: 'notice' as const,
						default: '',
						displayOptions: { show: { provider: [id] } },
					},
				]
			: [],
	);

/** The dropdown of the node that serves every provider. */
export const providerField = (
	providers: Providers,
	defaultProvider = providers[0].id,
): INodeProperties => ({
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	noDataExpression: true,
	options: providers.map(asProviderOption).sort((one, other) => one.name.localeCompare(other.name)),
	default: defaultProvider,
	description: 'Who sells the video; each provider has its own prices, limits and credential',
});
