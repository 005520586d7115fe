import type { INodeParameters } from 'n8n-workflow';

import { fal } from '../../nodes/FalVeo/fal.provider';
import { jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox();
useFastClock();

/** Each of these videos is estimated at 1.60 US dollars. */
const run = async (budgets: unknown[], more: INodeParameters = {}) =>
	await runUnified(
		sandbox(),
		fal,
		{ operation: 'generate', ...request, options: { budget: '={{ $json.budget }}' }, ...more },
		{ input: budgets.map((budget) => ({ budget }) as never) },
	);

it.each([
	['the same for all', [4, 4, 4], 'over the budget of 4.00 USD'],
	['lower for a later item', [10, 10, 4], "over item 2's budget of 4.00 USD"],
	['that one item alone has', ['', 4.7, null], "over item 1's budget of 4.70 USD"],
	['in text', [10, '4', 10], "over item 1's budget of 4.00 USD"],
	['that is no number for one item', [10, 'a lot', 10], 'Item 1: Budget is not a number'],
])('a budget %s refuses the whole batch', async (_, budgets, message) => {
	const result = await run(budgets);
	expect(result.error?.message).toContain(message);
	expect(sandbox().requests).toEqual([]);
});

it.each([[[4.8, 10, 10]], [['', '', 4.8]], [['', null, undefined]]])(
	'within the budgets %j the batch is submitted',
	async (budgets) => {
		const result = await run(budgets);
		expect(result.error).toBeUndefined();
		expect(jsonOf(result)).toHaveLength(3);
	},
);

it('with Continue, each item of a refused batch says why', async () => {
	const result = await runUnified(
		sandbox(),
		fal,
		{ operation: 'generate', ...request, options: { budget: '={{ 3 - $itemIndex }}' } },
		{ input: [{}, {}], onError: 'continueRegularOutput' },
	);
	const error = {
		accepted: 'no',
		message: expect.stringContaining("over item 1's budget of 2.00 USD"),
	};
	expect(jsonOf(result)).toMatchObject([{ error }, { error }]);
	expect(sandbox().requests).toEqual([]);
});
