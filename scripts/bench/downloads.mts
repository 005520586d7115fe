// What a download costs in memory and time, beside curl and beside Node.js alone in the same run.
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';

import { startSandbox } from '../../sandbox/server.mts';
import { runCommand } from '../command.mts';
import { CACHE, ROOT } from '../folders.mts';
import type { How, Measurement } from './download.mts';
import { median, printTable } from './table.mts';

const run = promisify(execFile);

const ways: How[] = ['node', 'storage', 'plain'];

interface Series {
	measured: Record<How, Measurement[]>;
	others: number[];
	/** What `others` were fetched with. */
	other: 'curl' | 'fetch';
}

/** Prints the table. */
export async function benchDownloads(megabytes: number, rounds: number): Promise<void> {
	console.log(`Download of ${megabytes} MB from the sandbox to disk, ${rounds} rounds`);
	const built = join(CACHE, 'bench');
	await rm(built, { recursive: true, force: true });
	await runCommand('tsc', ['--outDir', built, '--declaration', 'false'], { cwd: ROOT });
	const file = join(built, 'nodes', 'VeoReferenceVideo', 'VeoReferenceVideo.node.js');
	const scratch = await mkdtemp(join(tmpdir(), 'veo-bench-'));
	const sandbox = await startSandbox();
	try {
		const url = (size: number) => `${sandbox.url}/media/large.mp4?megabytes=${size}`;
		const series: Series = {
			measured: { node: [], storage: [], plain: [] },
			others: [],
			other: 'curl',
		};
		for (let round = 0; round < rounds; round++) {
			for (const how of ways) {
				const measured = await inChild(how, {
					file,
					scratch,
					small: url(1),
					large: url(megabytes),
				});
				if (measured.bytes !== megabytes * 2 ** 20) throw new Error(`${measured.bytes} bytes came`);
				series.measured[how].push(measured);
			}
			const curl = await throughCurl(scratch, url(megabytes));
			if (curl === undefined) series.other = 'fetch';
			series.others.push(curl ?? (await throughFetch(scratch, url(megabytes))));
		}
		report(series, megabytes);
	} finally {
		await sandbox.stop();
		await rm(scratch, { recursive: true, force: true });
	}
}

interface Child {
	/** The built node. */
	file: string;
	scratch: string;
	small: string;
	large: string;
}

async function inChild(how: How, { file, scratch, small, large }: Child) {
	const folder = join(scratch, 'n8n');
	await mkdir(folder, { recursive: true });
	const child = join(ROOT, 'scripts', 'bench', 'download.mts');
	const stdout = await runCommand(process.execPath, [child, file, small, large, how], {
		env: { ...process.env, N8N_USER_FOLDER: folder, N8N_LOG_LEVEL: 'silent' },
	});
	await rm(folder, { recursive: true, force: true });
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measurement;
}

/** Seconds; undefined where there is no curl. */
async function throughCurl(scratch: string, video: string): Promise<number | undefined> {
	const file = join(scratch, 'curl.mp4');
	const started = performance.now();
	try {
		await run('curl', ['--silent', '--fail', '--output', file, video]);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
	const seconds = (performance.now() - started) / 1000;
	await rm(file);
	return seconds;
}

async function throughFetch(scratch: string, video: string): Promise<number> {
	const file = join(scratch, 'fetch.mp4');
	const started = performance.now();
	const { body } = await fetch(video);
	await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(file));
	const seconds = (performance.now() - started) / 1000;
	await rm(file);
	return seconds;
}

function report({ measured, others, other }: Series, megabytes: number): void {
	const each = (valueOf: (one: Measurement) => number) =>
		ways.map((how) => median(measured[how].map(valueOf)));
	const seconds = [...each((one) => one.seconds), median(others)];
	const [, , plain, foreign] = seconds;
	const whole = (values: number[]) => [...values.map((value) => value.toFixed(0)), ''];
	printTable([
		['medians', 'the node', "n8n's storage alone", 'Node.js alone', other],
		['seconds', ...seconds.map((value) => value.toFixed(2))],
		['times the seconds of Node.js', ...seconds.map((value) => (value / plain).toFixed(2))],
		[`times the seconds of ${other}`, ...seconds.map((value) => (value / foreign).toFixed(1))],
		['MB per second', ...seconds.map((value) => (megabytes / value).toFixed(0))],
		['idle memory, MB', ...whole(each(({ idleMegabytes }) => idleMegabytes))],
		['peak above idle, MB', ...whole(each((one) => one.peakMegabytes - one.idleMegabytes))],
		['peak above a cold start, MB', ...whole(each((one) => one.peakMegabytes - one.coldMegabytes))],
	]);
	console.log(
		'Idle: after ten downloads of 1 MB, as an n8n that has worked before; cold: after the first.\n' +
			"Node.js alone: http to file, without n8n, in a process of the same size. n8n's storage alone: the\n" +
			'same stream, given to the service of n8n that keeps files.',
	);
}
