import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { Workflow } from '../../../scripts/n8n/rest.mts';
import type { Offered } from './offered.mts';

/** As a user deletes a node in the editor. */
function withoutNode({ nodes, connections, ...rest }: Workflow, name: string): Workflow {
	const left = Object.entries(connections).filter(([from]) => from !== name);
	return {
		...rest,
		nodes: nodes.filter((node) => node.name !== name),
		connections: Object.fromEntries(
			left.map(([from, { main }]) => [
				from,
				{ main: main.map((targets) => targets?.filter(({ node }) => node !== name) ?? []) },
			]),
		),
	};
}

export async function balancesAndSpend({
	session,
	addRows,
	rows,
	run,
	imported,
}: Offered): Promise<void> {
	const { client, sandbox } = session();
	const usd = { currency: 'USD', status: 'completed' };
	await addRows(
		{ prompt: 'a', provider: 'fal', cost: '1.6', ...usd },
		{ prompt: 'b', provider: 'fal', cost: '0.8', ...usd, status: 'posted' },
		{ prompt: 'c', provider: 'fal', cost: '3.2', ...usd, status: 'failed' },
		{ prompt: 'd', provider: 'evolink', cost: '12', ...usd, currency: 'credits' },
		{ prompt: 'e' },
	);
	const before = await rows();
	const workflow = await imported('balances-and-spend.json');
	const report = async (shown: Workflow) => {
		const id = await client.createWorkflow(shown);
		const lines = [await run(id, 'Every Monday'), await run(id, 'Every Monday')].map((execution) =>
			outputOf(execution, 'Report').map(({ json }) => json),
		);
		expect(lines[1]).toEqual(lines[0]);
		return lines[0];
	};
	const balance = (provider: string, currency: string) =>
		expect.objectContaining({ provider, what: 'balance', amount: expect.any(Number), currency });
	const spent = (provider: string, amount: number, currency: string) =>
		expect.objectContaining({ provider, what: 'spent', amount: expect.closeTo(amount), currency });

	const all = await report(workflow);
	expect(all).toEqual([
		// The key of the sandbox has no scope ADMIN.
		expect.objectContaining({ provider: 'fal', what: 'balance', amount: null }),
		balance('aimlapi', 'USD'),
		balance('evolink', 'credits'),
		spent('fal', 2.4, 'USD'),
		spent('evolink', 12, 'credits'),
	]);
	expect(all[0].error).toMatch(/admin/i);

	const fewer = await report(withoutNode(workflow, 'Balance at AI/ML API'));
	expect(fewer.map(({ provider }) => provider)).toEqual(['fal', 'evolink', 'fal', 'evolink']);
	expect(await rows()).toEqual(before);
	expect(sandbox.count({ call: 'submit' })).toBe(0);
}
