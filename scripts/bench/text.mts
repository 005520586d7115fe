// What a kilobyte of somebody else's text costs, in small and in large texts.
import { splitImageUrls } from '../../nodes/shared/input/imageUrls.ts';
import { describeText } from '../../nodes/shared/wire/answers.ts';
import { median, printTable } from './table.mts';

const KILOBYTES = [10, 100, 1000];
const ROUNDS = 15;

const readers: Record<string, (text: string) => unknown> = {
	'image URLs of a cell': splitImageUrls,
	'text of an error': describeText,
};

/** Texts that patterns are known to go back over again and again. */
const pieces = [' ', ',', ', ', '\u200b', '?', 'https://', 'https://a?'];

/** Prints the table: 1.0 everywhere is time in proportion to the text. */
export function benchText(): void {
	console.log('Time for a kilobyte of text, as a multiple of that in a text of 10 KB');
	const rows = Object.entries(readers).flatMap(([name, read]) =>
		pieces.map((piece) => {
			const [first, ...others] = KILOBYTES.map((kilobytes) => timeOf(read, piece, kilobytes));
			const cells = [first, ...others].map((time) => (time / first).toFixed(1));
			return [`${name}, of ${JSON.stringify(piece)}`, ...cells, `${(first * 1000).toFixed(1)} µs`];
		}),
	);
	printTable([['', ...KILOBYTES.map((size) => `${size} KB`), 'a KB of the first'], ...rows]);
}

/** In milliseconds for each kilobyte. */
function timeOf(read: (text: string) => unknown, piece: string, kilobytes: number): number {
	const text = `x${piece.repeat((kilobytes * 1024) / piece.length)}x`;
	const times = Array.from({ length: ROUNDS }, () => {
		const started = performance.now();
		read(text);
		return performance.now() - started;
	});
	return median(times) / kilobytes;
}
