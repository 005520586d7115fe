import { fillMarkers, inWords } from '../../scripts/markers.mts';

const marker = (name: string, content = 'old') =>
	`<!-- generated: ${name} -->${content}<!-- /generated -->`;

it('fills what stands between the markers and keeps the rest', () => {
	const document = `Made by ${marker('who')}, as follows.\n\n${marker('table', '\n\nold\n\n')}\n\nEnd.`;
	const parts = { who: 'us', table: '| a |\n| - |' };
	const filled = `Made by ${marker('who', 'us')}, as follows.\n\n${marker('table', '\n\n| a |\n| - |\n\n')}\n\nEnd.`;
	expect(fillMarkers(document, parts)).toBe(filled);
	expect(fillMarkers(filled, parts)).toBe(filled);
});

it.each([
	['nothing is written for a marker', marker('x'), {}, 'for the marker "x"'],
	['a marker is missing', 'text', { x: 'new' }, 'no marker for x'],
	['a marker begins a line', `text\n${marker('x')}`, { x: 'new' }, 'must not begin a line'],
])('says that %s', (_, document, parts, message) => {
	expect(() => fillMarkers(document, parts as Record<string, string>)).toThrow(message);
});

it.each([
	[[], 'none'],
	[['a'], 'a'],
	[['a', 'b'], 'a and b'],
	[['a', 'b', 'c'], 'a, b and c'],
])('%j in words: %s', (names, words) => {
	expect(inWords(names)).toBe(words);
});
