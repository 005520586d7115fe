import type { CheckedRow } from './check.mts';

const LONGEST_CELL = 60;

/** The rows as a table for the terminal. */
export function renderTable(rows: CheckedRow[]): string {
	const lines = [
		['row', 'provider', 'status', 'seconds', 'video', 'cost', 'error'],
		...rows.map(({ row, provider, status, seconds, bytes, cost, error }) => [
			row,
			provider,
			status,
			seconds?.toFixed(1) ?? '',
			bytes === undefined ? '' : `${Math.ceil(bytes / 1024)} KB`,
			cost,
			shorten(error),
		]),
	];
	const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
	lines.splice(
		1,
		0,
		widths.map((width) => '─'.repeat(width)),
	);
	const padded = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column])));
	return padded.map((line) => `  ${line.join('  ').trimEnd()}`).join('\n');
}

function shorten(text: string): string {
	const line = text.replace(/\s+/g, ' ');
	return line.length <= LONGEST_CELL ? line : `${line.slice(0, LONGEST_CELL - 1)}…`;
}
