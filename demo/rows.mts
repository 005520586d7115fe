import { readFile } from 'node:fs/promises';

import { parse } from 'csv-parse/sync';

/** A row of the prompts sheet, as the person who wrote it sees it. */
export interface PromptRow {
	row: string;
	provider: string;
	prompt: string;
	image_urls: string;
	aspect_ratio: string;
	resolution: string;
	audio: string;
}

/** A row of the sheet that the workflow writes. */
export interface ResultRow {
	row: string;
	provider: string;
	status: string;
	video_link: string;
	file: string;
	cost: string;
	error: string;
}

/** Reads a CSV file with a header line. */
export async function readSheet<Row extends PromptRow | ResultRow>(path: string): Promise<Row[]> {
	return parse(await readFile(path), { columns: true, bom: true });
}

/**
 * Formats that a provider's models cannot make. Such a row is refused before anything is submitted.
 */
const NOT_MADE: Record<string, string[]> = {
	aimlapi: ['4k'],
};

/** `refused`: nothing was submitted. `failed`: the provider accepted it, then rejected it. */
export type Ending = 'completed' | 'failed' | 'refused';

/** How a row has to end: a prompt may ask the sandbox to reject it. */
export function expectedEnding(row: PromptRow): Ending {
	const wishes = [row.aspect_ratio, row.resolution];
	if (NOT_MADE[row.provider]?.some((wish) => wishes.includes(wish))) return 'refused';
	return row.prompt.includes('#sandbox:content-policy') ? 'failed' : 'completed';
}
