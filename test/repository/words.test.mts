import ts from 'typescript';

import { nodeSources, parseSources } from '../nodeSources.mts';
import type { NodeSource } from '../nodeSources.mts';

function find<Found extends ts.Node>(
	{ root }: NodeSource,
	is: (node: ts.Node) => node is Found,
): Found[] {
	const found: Found[] = [];
	const visit = (node: ts.Node): void => {
		if (is(node)) found.push(node);
		ts.forEachChild(node, visit);
	};
	visit(root);
	return found;
}

const isText = (node: ts.Node): node is ts.StringLiteral | ts.TemplateExpression =>
	ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** As in `The strategy "x" is none` or `The prompt is no text`; `there is no job ID` is good English. */
const clipped = /(?<!\bthere )\bis (none|no (?!longer\b))/i;

const clippedIn = (source: NodeSource) =>
	find(source, isText)
		.map((node) => node.getText())
		.filter((text) => clipped.test(text));

it.each(nodeSources.map((source) => [source.path, source] as const))(
	'no text in %s says that something "is none" or "is no"',
	(_, source) => {
		expect(clippedIn(source)).toEqual([]);
	},
);

it('the look at texts sees them', () => {
	const [sample] = parseSources({
		'x.ts': [
			'// What is none in a comment.',
			'const a = `The strategy "${b}" is none`;',
			"const c = ['There is no text', 'The prompt is no text', 'It is not text', 'It is no longer'];",
		].join('\n'),
	});
	expect(clippedIn(sample)).toEqual(['`The strategy "${b}" is none`', "'The prompt is no text'"]);
});

/** The calls of `badInput(item, message, description)`. */
const refusals = nodeSources
	.filter(({ path }) => path !== 'shared/n8n/failure.ts')
	.flatMap((source) =>
		find(source, ts.isCallExpression)
			.filter(({ expression }) => expression.getText() === 'badInput')
			.map(({ arguments: [, message, description] }) => ({
				path: source.path,
				message,
				description,
			})),
	);

/** The texts that a description can be: those of a condition both, of a sum its parts. */
function textsOf(node: ts.Node): string[] {
	if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
	if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(textsOf);
	if (ts.isBinaryExpression(node)) return textsOf(node.left);
	return isText(node)
		? [
				node
					.getText()
					.slice(1, -1)
					.replace(/\$\{[^}]*\}/g, '')
					.trim(),
			]
		: [];
}

/** How a sentence, or its second half, begins that tells what to do. */
const nextStep =
	/(^|[.;,] |\band )(add|ask|check|choose|convert|correct|describe|give|keep|let|lower|make|open|raise|remove|run|send|set|shorten|use|wait)\b/i;

it('bad input is refused in many places', () => {
	expect(refusals.length).toBeGreaterThan(20);
});

it.each(refusals.map((refusal) => [refusal.message.getText(), refusal] as const))(
	'%s: the description says what to do',
	(_, { path, description }) => {
		if (ts.isIdentifier(description)) return;
		const texts = textsOf(description);
		expect(texts).not.toEqual([]);
		expect([path, texts.filter((text) => !nextStep.test(text))]).toEqual([path, []]);
	},
);
