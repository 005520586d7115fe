import type { IDataObject } from 'n8n-workflow';
import { z } from 'zod';

import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { balanceItemSchema } from '../../scripts/schema/jobItem.mts';
import { published } from '../providers/published.mts';
import { runNode } from './harness.mts';
import { jsonOf, providerTable, runUnified, useSandbox } from './sandboxed.mts';
import { simulate } from './simulated.mts';

const sandbox = useSandbox();
const at = (id: string) => providers.find((provider) => provider.id === id) as VideoProvider;
const asked = { resource: 'account', operation: 'getBalance' };

const previewed = z.fromJSONSchema(balanceItemSchema as z.core.JSONSchema.JSONSchema, {
	defaultTarget: 'openapi-3.0',
});

/** A key of fal with the scope ADMIN. */
const adminOf = () => ({ ...sandbox().credentials.fal, apiKey: 'sandbox-admin-key' });

const credentialsFor = ({ id, credential }: VideoProvider) => ({
	[String(credential)]: id === 'fal' ? adminOf() : sandbox().credentials[id],
});

const balances: Array<[string, IDataObject]> = [
	['fal', { amount: 98.76, currency: 'USD' }],
	['aimlapi', { amount: 123.45, currency: 'USD' }],
	['evolink', { amount: 1234.56, currency: 'credits' }],
];

describe.each(balances)('%s', (id, balance) => {
	it.each([
		['the unified node', 'veoReferenceVideo', {}],
		['its own node', published[id].node, {}],
		['the unified node as a tool', 'veoReferenceVideo', { byRouting: true }],
		['its own node as a tool', published[id].node, { byRouting: true }],
	])('%s: the balance, one item for each', async (_, type, style) => {
		const result = await runNode({
			type,
			parameters: { provider: id, ...asked },
			credentials: credentialsFor(at(id)),
			input: [{ row: 1 }, { row: 2 }],
			...style,
		});
		expect(jsonOf(result)).toEqual([1, 2].map(() => ({ provider: id, balance })));
		for (const item of jsonOf(result)) expect(previewed.safeParse(item).success).toBe(true);
		expect(sandbox().requests.map(({ call }) => call)).toEqual(['account', 'account']);
	});

	it('adds the whole answer with Simplify off', async () => {
		const credentials = credentialsFor(at(id));
		const parameters = { ...asked, simplify: false };
		const [item] = jsonOf(await runUnified(sandbox(), at(id), parameters, { credentials }));
		expect(item).toEqual({ provider: id, balance, raw: expect.any(Object) });
		expect(JSON.stringify(item.raw)).toContain(String(balance.amount));
	});

	it.each([
		[401, 'authentication'],
		[503, 'provider_unavailable'],
	])('HTTP %s is the error of a balance, not of a job', async (status, code) => {
		sandbox().inject({ provider: id, call: 'account', fault: { kind: 'status', status } });
		const credentials = credentialsFor(at(id));
		const onError = 'continueRegularOutput';
		const [item] = jsonOf(await runUnified(sandbox(), at(id), asked, { credentials, onError }));
		expect(item).toEqual({
			provider: id,
			balance: null,
			error: expect.objectContaining({ code, message: expect.any(String) }),
		});
		expect(previewed.safeParse(item).success).toBe(true);
	});

	it('an answer without a number is no balance', async () => {
		const fault = {
			kind: 'raw',
			status: 200,
			contentType: 'application/json',
			body: '{}',
		} as const;
		sandbox().inject({ provider: id, call: 'account', fault });
		const credentials = credentialsFor(at(id));
		const { error } = await runUnified(sandbox(), at(id), asked, { credentials });
		expect(error?.message).toContain('the answer contains no balance');
	});
});

it('a plain key of fal.ai is told which key it takes', async () => {
	const { error } = await runUnified(sandbox(), at('fal'), asked);
	expect(error?.message).toContain('only an API key with the scope ADMIN may ask');
	expect(error?.description).toContain('Create a key with the scope ADMIN');
});

it('the failure leaves by the error output', async () => {
	const options = { onError: 'continueErrorOutput' } as const;
	const { items, errorItems } = await runUnified(sandbox(), at('fal'), asked, options);
	expect(items).toEqual([]);
	expect(errorItems.map(({ json }) => json)).toEqual([
		{
			error: expect.stringContaining('ADMIN'),
			details: expect.objectContaining({ balance: null }),
		},
	]);
});

it.each(providerTable.filter(([, { balance }]) => !balance))(
	'%s does not offer it, and refuses it without a request',
	async (_, provider) => {
		const { error } = await runUnified(sandbox(), provider, asked);
		expect(error).toBeDefined();
		expect(sandbox().requests).toEqual([]);
	},
);

it('the simulator has no account', async () => {
	expect((await simulate(asked)).error).toBeDefined();
});
