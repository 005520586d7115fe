import { readFile } from 'node:fs/promises';

import { parse } from 'csv-parse/sync';

import { providers } from '../nodes/shared/registry.ts';

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

/** `refused`: nothing was submitted. `failed`: the provider accepted it, then rejected it. */
export type Ending = 'completed' | 'failed' | 'refused';

/** How a row has to end: a prompt may ask the sandbox to reject it. */
export function expectedEnding(row: PromptRow): Ending {
	const [model] = providers.find(({ id }) => id === row.provider)?.models ?? [];
	const resolutions: readonly string[] = model?.resolutions ?? [];
	if (!resolutions.includes(row.resolution)) return 'refused';
	return row.prompt.includes('#sandbox:content-policy') ? 'failed' : 'completed';
}
