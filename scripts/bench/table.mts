/** Prints rows of cells below each other; the first row is the header, the first column the label. */
export function printTable(rows: string[][]): void {
	console.log(`${tableOf(rows)}\n`);
}

/** The same as a text. */
export function tableOf(rows: string[][]): string {
	const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
	return rows
		.map(([label, ...cells]) => {
			const padded = cells.map((cell, column) => cell.padStart(widths[column + 1]));
			return [label.padEnd(widths[0]), ...padded].join('   ').trimEnd();
		})
		.join('\n');
}

export function median(numbers: number[]): number {
	const sorted = [...numbers].sort((one, two) => one - two);
	return sorted[Math.floor(sorted.length / 2)];
}

export const mean = (numbers: number[]): number =>
	numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** The smallest that this share of them does not pass. */
export function percentile(numbers: number[], share: number): number {
	const sorted = [...numbers].sort((one, two) => one - two);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
