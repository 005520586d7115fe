import { providers } from '../../../nodes/shared/registry';
import { nodeTypes } from '../../../scripts/sources.mts';
import { sandboxProviders } from '../../../sandbox/registry.mts';
import { generateCases, neverAsked, ways } from './cases.mts';
import type { Way } from './cases.mts';
import { faults } from './faults.mts';

const { cases, leftOut } = generateCases();

afterAll(() => {
	const lines = [...leftOut].map(([reason, count]) => `  ${count}: ${reason}`);
	const sum = `${providers.length} providers, ${Object.keys(ways).length} ways, ${faults.length} faults`;
	process.stdout.write(
		`\nFault matrix: ${cases.length} cases of ${sum}. Left out:\n${lines.join('\n')}\n`,
	);
});

it.each(sandboxProviders.map((sandbox) => [sandbox.id, sandbox] as const))(
	'%s: each of its calls meets faults, or it is said why not',
	(id, { routes }) => {
		const met = new Set(cases.filter(({ provider }) => provider.id === id).map(({ call }) => call));
		const calls = [...new Set(routes.map(({ call }) => call))];
		const { [id]: left = {} } = neverAsked;
		expect(calls.filter((call) => !met.has(call)).sort()).toEqual(Object.keys(left).sort());
	},
);

it('each operation of the nodes has a way', () => {
	const { customOperations = {} } = new nodeTypes.veoReferenceVideo();
	const names = Object.values(customOperations).flatMap((operations) => Object.keys(operations));
	const had = new Set(Object.values(ways).map(({ operation }: Way) => operation));
	expect(names.filter((name) => !had.has(name))).toEqual([]);
});

it('each fault comes at some call, and each way is taken', () => {
	expect(new Set(cases.map(({ fault }) => fault)).size).toBe(faults.length);
	expect(new Set(cases.map(({ way }) => way)).size).toBe(Object.keys(ways).length);
});

it('no case stands there twice', () => {
	const names = cases.map(({ provider, way, call, fault, isLasting }) =>
		[provider.id, way, call, fault.name, isLasting].join(),
	);
	expect(new Set(names).size).toBe(names.length);
});
