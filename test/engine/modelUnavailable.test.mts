import { codeAt, jsonOf, providerTable, request, runUnified, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox();
const onError = 'continueRegularOutput';
const gone = { operation: 'generate', ...request, prompt: 'x #sandbox:model-unavailable' };
const asked = () => sandbox().count({ call: 'deprecations' });

describe.each(providerTable)('%s', (_, provider) => {
	const [{ lifecycle }] = provider.models;
	const names = lifecycle?.successor ?? 'another model or provider';

	it('a model that is gone: the error says so, and names what takes its place', async () => {
		const [item] = jsonOf(await runUnified(sandbox(), provider, gone, { onError }));
		expect(item).toMatchObject({
			status: 'failed',
			jobId: null,
			error: { code: 'model_unavailable', message: expect.stringContaining(names) },
		});
		expect(sandbox().count({ call: 'submit' })).toBe(1);
		expect(sandbox().jobs()).toEqual([]);
		expect(asked()).toBe(provider.withdrawals ? 1 : 0);
	});

	it('other refusals are what they were, and nobody is asked about models', async () => {
		const prompt = 'x #sandbox:no-balance';
		const result = await runUnified(sandbox(), provider, { ...gone, prompt }, { onError });
		const code = codeAt(provider, 'insufficient_balance');
		expect(jsonOf(result)).toMatchObject([{ error: { code } }]);
		expect(asked()).toBe(0);
	});
});

describe('AI/ML API, which answers 404', () => {
	const provider = providerTable.find(
		([id]) => id === 'aimlapi',
	)?.[1] as (typeof providerTable)[0][1];

	it.each([
		['cannot be had', { kind: 'status', status: 500 }],
		['does not know the model', { kind: 'status', status: 200, body: { data: [] } }],
	] as const)('its list %s: the address may be wrong as well', async (_, fault) => {
		sandbox().inject({ call: 'deprecations', fault });
		const result = await runUnified(sandbox(), provider, gone, { onError });
		expect(jsonOf(result)).toMatchObject([
			{
				error: {
					code: 'not_found',
					message: expect.stringMatching(/Check Base URL .* and the model; if it is gone, choose/),
				},
			},
		]);
	});
});
