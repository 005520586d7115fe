import { globSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import ts from 'typescript';

import { providers } from '../../nodes/shared/registry';

const nodes = join(__dirname, '../../nodes');

interface Import {
	from: string;
	/** Gone when the file is compiled. */
	isType: boolean;
}

interface Source {
	/** Relative to nodes/. */
	path: string;
	root: ts.SourceFile;
	imports: Import[];
}

function parse(path: string): Source {
	const text = readFileSync(join(nodes, path), 'utf8');
	const root = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
	const imports = root.statements
		.filter((statement) => ts.isImportDeclaration(statement))
		.map(({ moduleSpecifier, importClause }) => ({
			from: (moduleSpecifier as ts.StringLiteral).text,
			isType: importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
		}));
	return { path, root, imports };
}

const sources = globSync('**/*.ts', { cwd: nodes }).sort().map(parse);
const shared = sources.filter(({ path }) => path.startsWith('shared/'));
const wireFiles = sources.filter(
	({ path }) => /\.(provider|models|prices)\.ts$/.test(path) || path.startsWith('shared/wire/'),
);

/** The file of nodes/ that an import leads to. */
const targetOf = ({ path }: Source, { from }: Import) =>
	from.startsWith('.') ? relative(nodes, join(nodes, dirname(path), from)) : from;

/** What would make the reading of an answer depend on more than the answer. */
const impure: Record<string, true> = Object.fromEntries(
	[
		...[
			'Date.now',
			'Math.random',
			'performance',
			'fetch',
			'setTimeout',
			'setInterval',
			'setImmediate',
		],
		...['process', 'globalThis', 'console', 'require', 'crypto', 'helpers', 'sleep', 'eval'],
	].map((name) => [name, true]),
);

function impuritiesOf(node: ts.Node): string[] {
	const found: string[] = [];
	const visit = (child: ts.Node): void => {
		const text = child.getText().split('\n', 1)[0];
		const isClock =
			ts.isNewExpression(child) &&
			child.expression.getText() === 'Date' &&
			(child.arguments ?? []).length === 0;
		const isNamed =
			(ts.isIdentifier(child) || ts.isPropertyAccessExpression(child)) &&
			Object.hasOwn(impure, child.getText());
		const isStatement =
			child.kind === ts.SyntaxKind.ThisKeyword ||
			ts.isThrowStatement(child) ||
			ts.isAwaitExpression(child) ||
			child.kind === ts.SyntaxKind.AsyncKeyword;
		if (isClock || isNamed || isStatement) found.push(text);
		ts.forEachChild(child, visit);
	};
	visit(node);
	return found;
}

describe.each(wireFiles.map((source) => [source.path, source] as const))('%s', (_, source) => {
	it('imports nothing of n8n at run time', () => {
		const atRunTime = source.imports.filter(({ isType }) => !isType).map(({ from }) => from);
		expect(atRunTime.filter((from) => !from.startsWith('.'))).toEqual([]);
	});

	it('reaches no HTTP, no waiting and no node', () => {
		const allowed = /^shared\/(types|wire\/\w+)$/;
		const own = dirname(source.path);
		const others = source.imports
			.map((entry) => targetOf(source, entry))
			.filter((target) => target !== 'n8n-workflow' && !allowed.test(target))
			.filter(
				(target) => !(dirname(target) === own && /\.(models|prices|signature)$/.test(target)),
			);
		expect(others).toEqual([]);
	});

	it('has no this, no clock, no chance, no waiting and no throw', () => {
		expect(impuritiesOf(source.root)).toEqual([]);
	});
});

it('there are wire files to look at', () => {
	expect(wireFiles.length).toBeGreaterThan(5);
	const sample = 'const f = async () => { this.x; throw new Date(); await fetch(Date.now()); }';
	const root = ts.createSourceFile('x.ts', sample, ts.ScriptTarget.Latest, true);
	expect(impuritiesOf(root)).toHaveLength(7);
});

it.each(shared.map((source) => [source.path, source] as const))(
	'%s knows no provider, unless it is the registry',
	(path, source) => {
		if (path === 'shared/registry.ts') return;
		const outside = source.imports
			.map((entry) => targetOf(source, entry))
			.filter((target) => target.startsWith('.') || /^[A-Z]/.test(target));
		expect(outside).toEqual([]);
	},
);

it.each(shared.map((source) => [source.path, source] as const))(
	'%s names no provider, unless it is the registry or what its providers have in common',
	(path, source) => {
		if (/^shared\/(registry\.ts|wire\/)/.test(path)) return;
		const ids = new Set(providers.map(({ id }) => id));
		const named: string[] = [];
		const visit = (node: ts.Node): void => {
			if (ts.isStringLiteral(node) && ids.has(node.text)) {
				named.push(node.getText());
			}
			ts.forEachChild(node, visit);
		};
		visit(source.root);
		expect(named).toEqual([]);
	},
);
