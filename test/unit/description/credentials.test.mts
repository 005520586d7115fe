import { providerCredentials } from '../../../nodes/shared/description/credentials';
import { providers } from '../../../nodes/shared/registry';

it.each([
	['the trigger', {}, ['/provider']],
	['the unified node', { byAuthentication: true }, ['/provider', 'authentication']],
])('of %s: the dropdown that the credential follows comes first', (_, options, keys) => {
	const credentials = providerCredentials(providers, options);
	for (const [index, { displayOptions }] of credentials.entries()) {
		const show = displayOptions?.show ?? {};
		expect(Object.keys(show)).toEqual(keys);
		expect(new Set(Object.values(show).flat())).toEqual(new Set([providers[index].id]));
	}
});
