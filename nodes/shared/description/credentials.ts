import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

import type { Providers } from '../types';

/**
 * The credential of each provider, asked for while that provider is chosen. `/provider` has to be the
 * first key: the editor takes it for the dropdown that the credential follows.
 */
export const providerCredentials = (
	providers: Providers,
	{ byAuthentication = false } = {},
): INodeCredentialDescription[] =>
	providers.flatMap(({ id, credential }) => {
		if (credential) {
			const show = { '/provider': [id], ...(byAuthentication && { authentication: [id] }) };
			return [{ name: credential, required: true, displayOptions: { show } }];
		}
		return byAuthentication ? [decoyOf(id, providers)] : [];
	});

/**
 * n8n's routing engine, which runs the tools of agents, insists on an entry for each value of
 * `authentication`. This one is never shown, and nobody minds that its credential is not there.
 */
const decoyOf = (id: string, providers: Providers): INodeCredentialDescription => ({
	name: providers.find(({ credential }) => credential)?.credential ?? '',
	required: false,
	displayOptions: { show: { '/provider': ['never'], authentication: [id] } },
});

/**
 * Lets editor and engine pick the credential of the chosen provider: n8n looks for a parameter of
 * this name, and would hide it if it were visible.
 */
export const authenticationField: INodeProperties = {
	displayName: 'Authentication',
	name: 'authentication',
	type: 'hidden',
	options: [{ name: 'None', value: 'none' }],
	default: '={{ $parameter["provider"] }}',
};
