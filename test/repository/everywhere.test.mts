import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { providers } from '../../nodes/shared/registry';
import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { published } from '../providers/published.mts';

const root = join(__dirname, '../..');
const ids = providers.map(({ id }) => id).sort();

/** Places outside of nodes/ that have to know every provider; CONTRIBUTING lists them. */
describe('a provider of the registry is known', () => {
	it('to the sandbox, with its credential type', () => {
		const types = providers.map(({ id, credential }) => [id, credential]);
		expect(sandboxCredentialTypes).toEqual(Object.fromEntries(types));
	});

	it.each(ids)('%s to its own tests', (id) => {
		for (const file of ['published.mts', 'wire.test.mts', 'sandbox.test.mts']) {
			const path = `test/providers/${id}/${file}`;
			expect([path, existsSync(join(root, path))]).toEqual([path, true]);
		}
	});
});

it('there are no tests of a provider that is not in the registry', () => {
	expect(Object.keys(published).sort()).toEqual(ids);
});
