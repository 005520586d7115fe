import type { authorization } from '../../nodes/shared/http/authorization';
import { providers } from '../../nodes/shared/registry';
import { credentialTypes, nodeTypes } from '../../scripts/sources.mts';
import { published } from '../providers/published.mts';
import { actionNodes, choicesOf, shownField } from './parameters.mts';

/*
 * contract.json holds every parameter, default and value that saved workflows depend on. Here, the
 * part of it that belongs to a provider is compared with a second reading in test/providers/<id>/.
 */

const unifiedNode = 'veoReferenceVideo';
const contracts = Object.entries(published);

describe('the providers', () => {
	it.each(providers.map((provider) => [provider.id, provider] as const))(
		'%s keeps its credential and models',
		(id, { credential, models }) => {
			expect({ credential, models: models.map((model) => model.id) }).toEqual({
				credential: published[id]?.credential,
				models: Object.keys(published[id]?.models ?? {}),
			});
		},
	);

	it.each(contracts)('%s is still there, in both of its nodes', (id, { node, credential }) => {
		const served = actionNodes
			.filter((action) => action.providers.some((provider) => provider.id === id))
			.map(({ name }) => name);
		expect(served.sort()).toEqual([node, unifiedNode].sort());
		expect(Object.keys(credentialTypes)).toContain(credential);
	});

	it.each(
		actionNodes.flatMap((node) => node.providers.map(({ id }) => [node.name, id, node] as const)),
	)('%s: the first model of %s is the default', (_, provider, node) => {
		const field = shownField(node, { provider }, 'model');
		const models = Object.keys(published[provider].models);
		expect(field?.default).toBe(models[0]);
		expect(choicesOf(field)).toEqual(models);
	});

	it('the dropdown of the unified node offers each of them, and the simulator last', () => {
		const node = actionNodes.find(({ name }) => name === unifiedNode);
		const values = choicesOf(node && shownField(node, {}, 'provider'));
		expect([...values].sort()).toEqual([...providers.map(({ id }) => id), 'simulator'].sort());
		expect(values.at(-1)).toBe('simulator');
	});
});

describe.each(contracts)('the credential of %s', (_, { credential, hosts, scheme }) => {
	const type = new credentialTypes[credential]();

	it('keeps its fields', () => {
		const fields = Object.fromEntries(
			type.properties
				.filter((field) => field.type !== 'notice')
				.map((field) => [field.name, field.default]),
		);
		expect({ name: type.name, ...fields }).toEqual({ name: credential, apiKey: '', ...hosts });
	});

	it('hides its key and has a test', () => {
		const key = type.properties.find((field) => field.name === 'apiKey');
		expect(key?.typeOptions?.password).toBe(true);
		expect(type.test?.request.url).toMatch(/^\//);
	});

	it('writes the key into the header its provider reads', async () => {
		const authenticate = type.authenticate as ReturnType<typeof authorization>;
		const request = { url: '/', headers: { Accept: 'text/plain' } };
		expect(await authenticate({ apiKey: 'k' }, request)).toEqual({
			url: '/',
			headers: { Accept: 'text/plain', Authorization: `${scheme} k` },
		});
	});
});

it('no node and no credential goes by another name', () => {
	const nodes = contracts.map(([, { node }]) => node);
	expect(Object.keys(nodeTypes).sort()).toEqual(
		[unifiedNode, 'veoReferenceVideoTrigger', ...nodes].sort(),
	);
	const credentials = contracts.map(([, { credential }]) => credential);
	expect(Object.keys(credentialTypes).sort()).toEqual(credentials.sort());
});
