import ts from 'typescript';

import { errorKinds, nextStepOf } from '../../nodes/shared/n8n/failure';
import { providersAndSimulator } from '../../nodes/shared/registry';
import type { ErrorCode } from '../../nodes/shared/types';
import { nodeSources, parseSources } from '../nodeSources.mts';
import type { NodeSource } from '../nodeSources.mts';
import { otherWordsIn } from '../vocabulary.mts';

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

/** Prose, and not a word of the wire; what is filled in is left out. */
const proseIn = (source: NodeSource) =>
	find(source, isText)
		.map((node) => node.getText().replace(/\$\{[^}]*\}/g, '…'))
		.filter((text) => /\S \S/.test(text));

it.each(nodeSources.map((source) => [source.path, source] as const))(
	'one thing has one word in the texts of %s',
	(_, source) => {
		expect(proseIn(source).flatMap(otherWordsIn)).toEqual([]);
	},
);

it('the look at words sees them', () => {
	const [sample] = parseSources({
		'x.ts':
			"const a = `The task ${clip} failed`; const b = 'task'; const c = ['client request ID'];",
	});
	expect(proseIn(sample).flatMap(otherWordsIn)).toEqual(['task (job)']);
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
	/(^|[.;,] |\b(and|or) )(add|ask|check|choose|convert|correct|create|describe|give|keep|let|look|lower|make|open|raise|remove|resize|reword|run|send|set|shorten|submit|top up|try|update|use|wait)\b/i;

it.each(Object.keys(errorKinds) as ErrorCode[])('the error code %s says what to do', (code) => {
	for (const provider of providersAndSimulator) {
		for (const hasJob of [true, false]) {
			const failure = { code, message: '', retryable: false };
			expect(nextStepOf(provider, failure, { hasJob })).toMatch(nextStep);
		}
	}
});

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

/** Where an error is given a step of its own: `nextStep: …`, `const nextStep = …`, `description: …`. */
const steps = nodeSources
	.filter(({ path }) => !path.startsWith('shared/description/'))
	.flatMap((source) => {
		const named = (name: ts.Node) => name.getText() === 'nextStep';
		const ofErrors = find(source, ts.isNewExpression)
			.filter(({ expression }) => expression.getText() === 'NodeOperationError')
			.flatMap(({ arguments: [, , options] = [] }) =>
				options && ts.isObjectLiteralExpression(options) ? [...options.properties] : [],
			)
			.filter(ts.isPropertyAssignment)
			.filter(({ name }) => name.getText() === 'description');
		return [
			...find(source, ts.isPropertyAssignment).filter(({ name }) => named(name)),
			...find(source, ts.isVariableDeclaration).filter(({ name }) => named(name)),
			...ofErrors,
		].flatMap(({ initializer }) =>
			initializer ? textsOf(initializer).map((text) => ({ path: source.path, text })) : [],
		);
	});

it('a step of its own is one', () => {
	expect(steps.length).toBeGreaterThan(5);
	expect(steps.filter(({ text }) => !nextStep.test(text))).toEqual([]);
});
