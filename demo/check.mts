import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { Sandbox, SandboxJob } from '../sandbox/server.mts';
import { sha256 } from '../sandbox/sha256.mts';
import { expectedEnding, readSheet } from './rows.mts';
import type { PromptRow, ResultRow } from './rows.mts';

/** What became of one row, and what is wrong with it. */
export interface CheckedRow {
	row: string;
	provider: string;
	status: string;
	/** What the provider needed. */
	seconds?: number;
	/** Size of the video file. */
	bytes?: number;
	cost: string;
	error: string;
	problems: string[];
}

export interface CheckedRun {
	rows: CheckedRow[];
	/** What is wrong with the run as a whole. */
	problems: string[];
}

/**
 * Compares what lies in the output folder with what the sandbox has really been asked and has made.
 *
 * @param submitsBefore what an earlier sandbox was asked, with whose jobs this one has gone on
 */
export async function checkRun(
	prompts: PromptRow[],
	sandbox: Sandbox,
	outputFolder: string,
	submitsBefore = 0,
): Promise<CheckedRun> {
	const problems: string[] = [];
	const submits = submitsBefore + sandbox.count({ call: 'submit' });
	const wanted = prompts.filter((row) => expectedEnding(row) !== 'refused').length;
	if (submits !== wanted) problems.push(`${submits} videos were ordered instead of ${wanted}`);
	const results = await readSheet<ResultRow>(join(outputFolder, 'results.csv'));
	const order = results.map(({ row }) => row);
	if (
		!isDeepStrictEqual(
			order,
			prompts.map(({ row }) => row),
		)
	) {
		problems.push(`results.csv has the rows ${order.join(', ')}`);
	}
	const videos = (await readdir(outputFolder)).filter((name) => name.endsWith('.mp4'));
	const listed = results.map(({ file }) => file).filter(Boolean);
	if (videos.sort().join() !== listed.sort().join()) {
		problems.push(
			`the video files are ${videos.join(', ')}, results.csv lists ${listed.join(', ')}`,
		);
	}

	const rows = prompts.map(async (prompt) => {
		const result = results.find(({ row }) => row === prompt.row);
		const jobs = sandbox.jobs().filter((job) => job.prompt === prompt.prompt);
		return await checkRow(prompt, result, jobs, outputFolder);
	});
	return { rows: await Promise.all(rows), problems };
}

async function checkRow(
	prompt: PromptRow,
	result: ResultRow | undefined,
	jobs: SandboxJob[],
	outputFolder: string,
): Promise<CheckedRow> {
	const problems: string[] = [];
	const expect = (what: string, found: unknown, wanted: unknown) => {
		if (!isDeepStrictEqual(found, wanted)) {
			problems.push(`${what} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
		}
	};
	const [job] = jobs;
	const ending = expectedEnding(prompt);
	const status = ending === 'completed' ? 'completed' : 'failed';
	const seconds = job?.endedAt && (job.endedAt - job.createdAt) / 1000;
	const checked = {
		row: prompt.row,
		provider: prompt.provider,
		status: 'missing',
		cost: '',
		error: '',
		problems,
	};

	expect('the number of its jobs at the provider', jobs.length, ending === 'refused' ? 0 : 1);
	if (!result) problems.push('it is missing in results.csv');
	if (!result) return checked;
	expect('its status', result.status, status);
	expect('its provider', result.provider, prompt.provider);
	expect('its video link', result.video_link, job?.videoUrl ?? '');
	expect('whether it has a video file', result.file !== '', status === 'completed');
	expect('whether it has an error text', result.error !== '', status === 'failed');
	if (!job) return { ...checked, ...result, problems };
	expect('who made it', job.provider, prompt.provider);
	expect('what happened at the provider', job.state, status);

	if (!result.file || !job.videoUrl) return { ...checked, ...result, seconds };
	const video = await readFile(join(outputFolder, result.file)).catch(() => Buffer.alloc(0));
	const served = await fetch(job.videoUrl).then(async (answer) => await answer.arrayBuffer());
	expect('the SHA-256 of its video file', sha256(video), sha256(new Uint8Array(served)));
	return { ...checked, ...result, seconds, bytes: video.length };
}
