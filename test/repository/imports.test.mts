import { dirname } from 'node:path';

import ts from 'typescript';

import { nodeSources, parseSources, textsWhere } from '../nodeSources.mts';
import type { NodeSource } from '../nodeSources.mts';

type Broken = string;

interface Rule {
	broken(sources: NodeSource[]): Broken[];
	/** Files that break it, each in a way of its own. */
	samples: Array<Record<string, string>>;
}

/** Imports of other files of nodes/, from those whose path fits, that are not allowed. */
function importsBeyond(
	sources: NodeSource[],
	from: RegExp,
	isAllowed: (target: string, path: string) => boolean,
): Broken[] {
	return sources
		.filter(({ path }) => from.test(path))
		.flatMap(({ path, imports }) =>
			imports
				.filter(({ target }) => target.endsWith('.ts') && !isAllowed(target, path))
				.map(({ target }) => `${path} > ${target}`),
		);
}

/** The room of nodes/shared that a file stands in; none for types.ts and registry.ts. */
const roomOf = (path: string) => /^shared\/(\w+)\//.exec(path)?.[1];

/** Outside of n8n/, whatever in a file answers the question with yes. */
const outsideOfN8n = (sources: NodeSource[], isSo: (node: ts.Node) => boolean): Broken[] =>
	sources
		.filter(({ path }) => roomOf(path) !== 'n8n')
		.flatMap((source) => textsWhere(source, isSo).map((text) => `${source.path}: ${text}`));

const isContext = (type: ts.TypeNode): boolean => /\bI\w*Functions\b/.test(type.getText());

type Graph = Map<string, Set<string>>;

function graphOf(sources: NodeSource[], nameOf: (path: string) => string | undefined): Graph {
	const graph: Graph = new Map();
	for (const { path, imports } of sources) {
		const from = nameOf(path);
		if (from === undefined) continue;
		const targets = graph.get(from) ?? new Set();
		graph.set(from, targets);
		for (const { target } of imports) {
			const to = nameOf(target);
			if (to !== undefined && (to !== from || target === path)) targets.add(to);
		}
	}
	return graph;
}

/** One way around for each circle that a walk from file to file runs into. */
function circlesIn(graph: Graph): Broken[] {
	const circles: Broken[] = [];
	const done = new Set<string>();
	const walk = (name: string, way: string[]): void => {
		const start = way.indexOf(name);
		if (start >= 0) circles.push([...way.slice(start), name].join(' > '));
		if (start >= 0 || done.has(name)) return;
		for (const next of graph.get(name) ?? []) walk(next, [...way, name]);
		done.add(name);
	};
	for (const name of graph.keys()) walk(name, []);
	return circles;
}

const rules: Record<string, Rule> = {
	'wire/ and the files of a provider import wire/, types.ts and their own folder': {
		broken: (sources) =>
			importsBeyond(
				sources,
				/^shared\/wire\/|\.(provider|models|prices|signature)\.ts$/,
				(target, path) =>
					target === 'shared/types.ts' ||
					roomOf(target) === 'wire' ||
					(dirname(target) === dirname(path) && !target.endsWith('.node.ts')),
			),
		samples: [
			{ 'shared/wire/a.ts': "import { send } from '../http/send';" },
			{ 'XVeo/x.provider.ts': "import type { Item } from '../shared/n8n/item';" },
			{ 'XVeo/x.models.ts': "import { y } from '../YVeo/y.models';" },
			{ 'XVeo/x.prices.ts': "import { XVeo } from './XVeo.node';" },
			{ 'XVeo/x.signature.ts': "export * from '../shared/registry';" },
		],
	},
	'types.ts imports the table of controls, which imports nothing': {
		broken: (sources) => [
			...importsBeyond(
				sources,
				/^shared\/types\.ts$/,
				(target) => target === 'shared/input/controls.ts',
			),
			...importsBeyond(sources, /^shared\/input\/controls\.ts$/, () => false),
		],
		samples: [
			{ 'shared/types.ts': "import type { Item } from './n8n/item';" },
			{ 'shared/input/controls.ts': "import { readNumber } from './parameters';" },
		],
	},
	'nodes/shared knows no provider, except registry.ts': {
		broken: (sources) =>
			importsBeyond(sources, /^shared\/(?!registry\.ts$)/, (target) =>
				target.startsWith('shared/'),
			),
		samples: [{ 'shared/job/a.ts': "import { fal } from '../../FalVeo/fal.provider';" }],
	},
	'time/ knows nothing but time': {
		broken: (sources) =>
			importsBeyond(sources, /^shared\/time\//, (target) => roomOf(target) === 'time'),
		samples: [{ 'shared/time/a.ts': "import type { Reading } from '../job/read';" }],
	},
	'http/ knows no job': {
		broken: (sources) =>
			importsBeyond(
				sources,
				/^shared\/http\//,
				(target) =>
					target === 'shared/types.ts' ||
					['http', 'n8n', 'time', 'wire'].includes(String(roomOf(target))),
			),
		samples: [
			{ 'shared/http/a.ts': "import { hasEnded } from '../job/job';" },
			{ 'shared/http/a.ts': "import { providers } from '../registry';" },
		],
	},
	'only n8n/ casts what n8n hands over': {
		broken: (sources) =>
			outsideOfN8n(sources, (node) => ts.isAsExpression(node) && isContext(node.type)),
		samples: [
			{ 'shared/job/a.ts': 'const context = functions as IExecuteFunctions;' },
			{ 'XVeoTrigger/a.ts': 'const hook = this as unknown as Pick<IHookFunctions, "getNode">;' },
		],
	},
	'only n8n/ reaches for what n8n stores': {
		broken: (sources) =>
			outsideOfN8n(
				sources,
				(node) =>
					(ts.isIdentifier(node) || ts.isStringLiteral(node)) &&
					/^(getContext|getWorkflowStaticData)$/.test(node.text),
			),
		samples: [
			{ 'shared/job/a.ts': "functions.getContext('node');" },
			{ 'XVeoTrigger/a.ts': 'const { getWorkflowStaticData } = functions;' },
			{ 'shared/job/a.ts': "functions['getContext']('node');" },
		],
	},
	'operations/ calls downwards': {
		broken: (sources) =>
			importsBeyond(
				sources,
				/^shared\/operations\//,
				(target) => target.startsWith('shared/') && roomOf(target) !== 'description',
			),
		samples: [
			{ 'shared/operations/a.ts': "import { longest } from '../description/options';" },
			{ 'shared/operations/a.ts': "import { FalVeo } from '../../FalVeo/FalVeo.node';" },
		],
	},
	'operations/ is called by the nodes and their description alone': {
		broken: (sources) =>
			importsBeyond(
				sources,
				/^(?!.*\.node\.ts$)(?!shared\/(operations|description)\/)/,
				(target) => roomOf(target) !== 'operations',
			),
		samples: [
			{ 'shared/sleep/a.ts': "import { get } from '../operations/get';" },
			{ 'shared/job/a.ts': "type Get = import('../operations/get').Get;" },
			{ 'XVeoTrigger/a.ts': "const { get } = await import('../shared/operations/get');" },
		],
	},
	'the description is for the nodes alone': {
		broken: (sources) =>
			importsBeyond(
				sources,
				/^(?!.*\.node\.ts$)(?!shared\/description\/)/,
				(target) => roomOf(target) !== 'description',
			),
		samples: [{ 'shared/input/a.ts': "import { optionsField } from '../description/options';" }],
	},
	'files import each other in no circle, types included': {
		broken: (sources) => circlesIn(graphOf(sources, (path) => path)),
		samples: [
			{
				'shared/job/a.ts': "import type { B } from '../input/b';",
				'shared/input/b.ts': "export { c } from './c';",
				'shared/input/c.ts': "import { a } from '../job/a';",
			},
			{ 'shared/job/a.ts': "import { a } from './a';" },
			{
				'shared/job/index.ts': "import { a } from './a';",
				'shared/job/a.ts': "import { b } from '../job';",
			},
		],
	},
	'rooms import each other in no circle': {
		broken: (sources) => circlesIn(graphOf(sources, roomOf)),
		samples: [
			{
				'shared/job/a.ts': "import type { B } from '../input/b';",
				'shared/input/c.ts': "import { d } from '../job/d';",
			},
		],
	},
};

const table = Object.entries(rules);

it.each(table)('%s', (_, { broken }) => {
	expect(broken(nodeSources)).toEqual([]);
});

// A rule that nothing can break would say nothing.
it.each(table)('is noticed when it is broken: %s', (_, { broken, samples }) => {
	for (const files of samples) expect(broken(parseSources(files))).toHaveLength(1);
});

it('the rooms are there, and files that the rules are about', () => {
	const rooms = new Set(nodeSources.map(({ path }) => roomOf(path)));
	for (const room of ['wire', 'time', 'http', 'n8n', 'operations', 'description'])
		expect(rooms).toContain(room);
	expect(nodeSources.filter(({ path }) => path.endsWith('.provider.ts')).length).toBeGreaterThan(4);
	expect(nodeSources.flatMap(({ imports }) => imports).length).toBeGreaterThan(200);
});

it('what an import leads to is a file that is there', () => {
	const paths = new Set(nodeSources.map(({ path }) => path));
	const lost = nodeSources.flatMap(({ path, imports }) =>
		imports
			.filter(({ target }) => target.endsWith('.ts') && !paths.has(target))
			.map(({ target }) => `${path} > ${target}`),
	);
	expect(lost).toEqual([]);
});
