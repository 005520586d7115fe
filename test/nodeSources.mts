import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import ts from 'typescript';

export interface Import {
	/** The file below nodes/ that it leads to, or the name of a package. */
	target: string;
	/** Gone when the file is compiled. */
	isType: boolean;
}

export interface NodeSource {
	/** Below nodes/. */
	path: string;
	root: ts.SourceFile;
	imports: Import[];
}

/** Files by their path below nodes/, parsed. */
export function parseSources(files: Record<string, string>): NodeSource[] {
	const resolve = (path: string, from: string) => {
		if (!from.startsWith('.')) return from;
		const target = normalize(join(dirname(path), from));
		return `${target}/index.ts` in files ? `${target}/index.ts` : `${target}.ts`;
	};
	return Object.entries(files).map(([path, text]) => {
		const root = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
		const imports = importsOf(root).map(({ from, isType }) => ({
			target: resolve(path, from),
			isType,
		}));
		return { path, root, imports };
	});
}

/** With what is passed on by `export … from`, and types that are imported where they are used. */
function importsOf(root: ts.SourceFile) {
	const found: Array<{ from: string; isType: boolean }> = [];
	const add = (specifier: ts.Expression | undefined, isType: boolean) => {
		if (specifier && ts.isStringLiteral(specifier)) found.push({ from: specifier.text, isType });
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node)) {
			const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
			add(node.moduleSpecifier, isType);
		} else if (ts.isExportDeclaration(node)) {
			add(node.moduleSpecifier, node.isTypeOnly);
		} else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
			add(node.argument.literal as ts.Expression, true);
		} else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
			add(node.arguments[0], false);
		}
		ts.forEachChild(node, visit);
	};
	visit(root);
	return found;
}

const nodes = join(__dirname, '../nodes');

/** Every source file of the nodes. */
export const nodeSources = parseSources(
	Object.fromEntries(
		globSync('**/*.ts', { cwd: nodes })
			.sort()
			.map((path) => [path, readFileSync(join(nodes, path), 'utf8')]),
	),
);

/** Everything in the tree of a file for which the question is answered with yes, as text. */
export function textsWhere({ root }: NodeSource, isSo: (node: ts.Node) => boolean): string[] {
	const found: string[] = [];
	const visit = (node: ts.Node): void => {
		if (isSo(node)) found.push(node.getText().split('\n', 1)[0]);
		ts.forEachChild(node, visit);
	};
	visit(root);
	return found;
}
