import ts from 'typescript';

import { providers } from '../../nodes/shared/registry';
import { nodeSources, parseSources, textsWhere } from '../nodeSources.mts';
import type { NodeSource } from '../nodeSources.mts';

const wireFiles = nodeSources.filter(
	({ path }) => /\.(provider|models|prices)\.ts$/.test(path) || path.startsWith('shared/wire/'),
);

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

const impuritiesOf = (source: NodeSource) =>
	textsWhere(source, (node) => {
		const isClock =
			ts.isNewExpression(node) &&
			node.expression.getText() === 'Date' &&
			(node.arguments ?? []).length === 0;
		const isNamed =
			(ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) &&
			Object.hasOwn(impure, node.getText());
		const isStatement =
			node.kind === ts.SyntaxKind.ThisKeyword ||
			ts.isThrowStatement(node) ||
			ts.isAwaitExpression(node) ||
			node.kind === ts.SyntaxKind.AsyncKeyword;
		return isClock || isNamed || isStatement;
	});

describe.each(wireFiles.map((source) => [source.path, source] as const))('%s', (_, source) => {
	it('imports no package at run time', () => {
		const atRunTime = source.imports.filter(({ isType }) => !isType);
		expect(atRunTime.filter(({ target }) => !target.endsWith('.ts'))).toEqual([]);
	});

	it('has no this, no clock, no chance, no waiting and no throw', () => {
		expect(impuritiesOf(source)).toEqual([]);
	});
});

it('there are wire files to look at', () => {
	expect(wireFiles.length).toBeGreaterThan(5);
	const sample = 'const f = async () => { this.x; throw new Date(); await fetch(Date.now()); }';
	const [source] = parseSources({ 'x.ts': sample });
	expect(impuritiesOf(source)).toHaveLength(7);
});

/** The values of a control's choices are words on the wire, whoever else is called so. */
const isChoice = (path: string, { parent }: ts.Node) =>
	path === 'shared/input/controls.ts' &&
	ts.isPropertyAssignment(parent) &&
	parent.name.getText() === 'value';

const shared = nodeSources.filter(({ path }) => path.startsWith('shared/'));

it.each(shared.map((source) => [source.path, source] as const))(
	'%s names no provider, unless it is the registry or what its providers have in common',
	(path, source) => {
		if (/^shared\/(registry\.ts|wire\/)/.test(path)) return;
		const ids = new Set(providers.map(({ id }) => id));
		const named = textsWhere(
			source,
			(node) => ts.isStringLiteral(node) && ids.has(node.text) && !isChoice(path, node),
		);
		expect(named).toEqual([]);
	},
);
