import { checkSync } from 'recheck';
import ts from 'typescript';

import { nodeSources, parseSources, textsWhere } from '../nodeSources.mts';
import type { NodeSource } from '../nodeSources.mts';

const patternsIn = (source: NodeSource) => [
	...new Set(textsWhere(source, ts.isRegularExpressionLiteral)),
];

/** The time that a pattern takes for a text of n characters, where that is more than linear. */
function whySlow(literal: string): string | undefined {
	const end = literal.lastIndexOf('/');
	const result = checkSync(literal.slice(1, end), literal.slice(end + 1), { timeout: null });
	if (result.status === 'safe') return undefined;
	return `${literal}: ${result.status === 'vulnerable' ? result.complexity.summary : 'unknown'}`;
}

const withPatterns = nodeSources
	.map((source) => [source.path, patternsIn(source)] as const)
	.filter(([, patterns]) => patterns.length > 0);

/** For the proof that a pattern is linear, while the machine has other things to do. */
const provenWithinMs = 180_000;

// Cells, answers and callbacks are other people's texts: a pattern that goes back over a long one
// again and again stops all of n8n.
it.each(withPatterns)(
	'%s: its patterns take time in proportion to the text',
	(_, patterns) => {
		expect(patterns.map(whySlow).filter(Boolean)).toEqual([]);
	},
	provenWithinMs,
);

it.each([
	'/\\s+$/',
	'/[,;]+$/g',
	'/^a|\\/+$/',
	'/\\s*[,;]\\s*(?=https?:)/i',
	'/(https?:[^\\s?]+)\\?\\S*/gi',
	'/(?<=https?:[^\\s?]+)\\?/g',
	'/^(\\w+\\s?)*$/',
])('a pattern that is slow is noticed: %s', (literal) => {
	expect(whySlow(literal)).toContain(literal);
});

const isMade = (node: ts.Node) =>
	(ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp';

it('no pattern is made while the code runs, when nobody could check it', () => {
	const [sample] = parseSources({ 'x.ts': 'const a = new RegExp(b); const c = RegExp(d);' });
	expect(textsWhere(sample, isMade)).toHaveLength(2);
	expect(nodeSources.flatMap((source) => textsWhere(source, isMade))).toEqual([]);
});

it('there are patterns to check', () => {
	expect(withPatterns.flatMap(([, patterns]) => patterns).length).toBeGreaterThan(40);
});
