// npm run bench: what a download of 500 MB costs in memory and time, beside curl in the same run.
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { parseArgs, promisify } from 'node:util';

import { startSandbox } from '../sandbox/server.mts';
import type { Measurement } from './bench/download.mts';
import { runCommand } from './command.mts';
import { CACHE, ROOT } from './folders.mts';

const run = promisify(execFile);
const { values } = parseArgs({
	options: {
		megabytes: { type: 'string', default: '500' },
		rounds: { type: 'string', default: '3' },
	},
});
const megabytes = Number(values.megabytes);
const rounds = Number(values.rounds);

const built = join(CACHE, 'bench');
const scratch = await mkdtemp(join(tmpdir(), 'veo-bench-'));
const sandbox = await startSandbox();
try {
	console.log(`Download of ${megabytes} MB from the sandbox to disk, ${rounds} rounds`);
	await rm(built, { recursive: true, force: true });
	await runCommand('tsc', ['--outDir', built, '--declaration', 'false'], { cwd: ROOT });

	const url = (size: number) => `${sandbox.url}/media/large.mp4?megabytes=${size}`;
	const nodes: Measurement[] = [];
	const plain: Measurement[] = [];
	const others: number[] = [];
	let other = 'curl';
	for (let round = 0; round < rounds; round++) {
		nodes.push(await inChild('node', url(1), url(megabytes)));
		plain.push(await inChild('plain', url(1), url(megabytes)));
		const curl = await throughCurl(url(megabytes));
		if (curl === undefined) other = 'fetch';
		others.push(curl ?? (await throughFetch(url(megabytes))));
	}
	report(nodes, plain, others, other);
} finally {
	await sandbox.stop();
	await rm(scratch, { recursive: true, force: true });
}

async function inChild(how: 'node' | 'plain', warmUp: string, video: string): Promise<Measurement> {
	const folder = join(scratch, 'n8n');
	await mkdir(folder, { recursive: true });
	const child = join(ROOT, 'scripts', 'bench', 'download.mts');
	const file = join(built, 'nodes', 'VeoReferenceVideo', 'VeoReferenceVideo.node.js');
	const stdout = await runCommand(process.execPath, [child, file, warmUp, video, how], {
		env: { ...process.env, N8N_USER_FOLDER: folder, N8N_LOG_LEVEL: 'silent' },
	});
	await rm(folder, { recursive: true, force: true });
	const measured = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measurement;
	if (measured.bytes !== megabytes * 2 ** 20) throw new Error(`${measured.bytes} bytes arrived`);
	return measured;
}

/** Seconds; undefined where there is no curl. */
async function throughCurl(video: string): Promise<number | undefined> {
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

async function throughFetch(video: string): Promise<number> {
	const file = join(scratch, 'fetch.mp4');
	const started = performance.now();
	const { body } = await fetch(video);
	await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(file));
	const seconds = (performance.now() - started) / 1000;
	await rm(file);
	return seconds;
}

function report(nodes: Measurement[], plain: Measurement[], others: number[], other: string): void {
	const seconds = [
		...[nodes, plain].map((measured) => median(measured.map((one) => one.seconds))),
		median(others),
	];
	const above = [nodes, plain].map((measured) =>
		median(measured.map(({ peakMegabytes, idleMegabytes }) => peakMegabytes - idleMegabytes)),
	);
	const idle = [nodes, plain].map((measured) =>
		median(measured.map(({ idleMegabytes }) => idleMegabytes)),
	);
	const rows = [
		['medians', 'the node', 'Node.js alone', other],
		['seconds', ...seconds.map((value) => value.toFixed(2))],
		[`times the seconds of ${other}`, ...seconds.map((value) => (value / seconds[2]).toFixed(1))],
		['MB per second', ...seconds.map((value) => (megabytes / value).toFixed(0))],
		['idle memory, MB', ...idle.map((value) => value.toFixed(0)), ''],
		['peak above idle, MB', ...above.map((value) => value.toFixed(0)), ''],
		['peak above idle / file', ...above.map((value) => (value / megabytes).toFixed(2)), ''],
	];
	const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
	for (const [label, ...cells] of rows) {
		const padded = cells.map((cell, column) => cell.padStart(widths[column + 1]));
		console.log([label.padEnd(widths[0]), ...padded].join('   ').trimEnd());
	}
	console.log('\nNode.js alone: http to file, without n8n, in a process of the same size.');
}

function median(numbers: number[]): number {
	const sorted = [...numbers].sort((one, two) => one - two);
	return sorted[Math.floor(sorted.length / 2)];
}
