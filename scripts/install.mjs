// Plain JavaScript without dependencies: it runs before anything is installed, on the reader's own Node.js.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const TAIL_LINES = 40;
const ATTEMPTS = 2;
/** A log gets a line now and then, not one for each line that a compiler writes. */
const REPORT_EVERY_MS = 2_000;

/** The Node.js that a folder's own dependencies bring along (npm package `node`). */
export const nodeOf = (folder) => join(folder, 'node_modules', 'node', 'bin', 'node');

/** What the folder's lockfile asks for, as one string: when it changes, the folder is installed anew. */
function lockfileHash(folder) {
	return createHash('sha256')
		.update(readFileSync(join(folder, 'pnpm-lock.yaml')))
		.digest('hex');
}

const stampOf = (folder) => join(folder, 'node_modules', '.installed');

/** True when the last installation of this very lockfile ran to its end. */
export function isInstalled(folder) {
	const stamp = stampOf(folder);
	return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfileHash(folder);
}

/** "1240 of 1850 packages" out of pnpm's line-by-line report, or undefined for a line that tells no progress. */
function progressIn(line) {
	const counts = /resolved (\d+), reused (\d+), downloaded (\d+)/.exec(line);
	if (counts) return `${Number(counts[2]) + Number(counts[3])} of ${counts[1]} packages`;
	const script = /([\w.-]+)@[^/]+\/node_modules\/\S+ (?:pre|post)?install:/.exec(line);
	return script ? `building ${script[1]}` : undefined;
}

function runPnpm(folder, onProgress) {
	return new Promise((done, fail) => {
		// CI=true: pnpm then rebuilds a half-finished node_modules instead of asking at a prompt nobody sees.
		const child = spawn(
			'npx',
			['--yes', 'pnpm@10', 'install', '--frozen-lockfile', '--reporter=append-only'],
			{
				cwd: folder,
				env: { ...process.env, CI: 'true' },
				stdio: ['ignore', 'pipe', 'pipe'],
				detached: true,
			},
		);
		// A group of its own, ended as a whole: npx alone would leave pnpm behind.
		const endGroup = () => {
			try {
				process.kill(-child.pid, 'SIGTERM');
			} catch {
				// It has just ended by itself.
			}
		};
		process.once('exit', endGroup);

		const tail = [];
		let unfinishedLine = '';
		let reported = { progress: '', at: 0 };
		const report = (progress) => {
			if (progress === reported.progress || Date.now() < reported.at + REPORT_EVERY_MS) return;
			reported = { progress, at: Date.now() };
			onProgress(progress);
		};
		const read = (chunk) => {
			const lines = (unfinishedLine + chunk).split('\n');
			unfinishedLine = lines.pop();
			for (const line of lines) {
				tail.push(line);
				if (tail.length > TAIL_LINES) tail.shift();
				const progress = progressIn(line);
				if (progress) report(progress);
			}
		};
		child.stdout.setEncoding('utf8').on('data', read);
		child.stderr.setEncoding('utf8').on('data', read);
		child.on('error', (error) => {
			fail(new Error(`npx could not be started (${error.message}). Install npm and try again.`));
		});
		child.on('close', (code, signal) => {
			process.off('exit', endGroup);
			if (code === 0) return done();
			const log = [...tail, unfinishedLine].join('\n').trim();
			const advice = /\s/.test(folder)
				? 'Move the repository to a folder without spaces in its path, where C++ can be compiled.'
				: 'Check the network and free disk space, then run the same command again.';
			fail(
				new Error(
					`Installing the dependencies of ${folder} failed (${signal ?? `exit code ${code}`}). ` +
						`${advice}\n${log}`,
				),
			);
		});
	});
}

/**
 * Installs what a folder's pnpm-lock.yaml lists, unless it is there already. The stamp is written last, so an
 * installation that was killed is done again.
 */
export async function installLocked(folder, onProgress = () => {}) {
	if (isInstalled(folder)) return;
	rmSync(stampOf(folder), { force: true });
	for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
		let failure;
		try {
			await runPnpm(folder, onProgress);
		} catch (error) {
			failure = error;
		}
		// pnpm may call a killed installation complete although a download script never ran to its end.
		if (!failure && spawnSync(nodeOf(folder), ['--version']).status !== 0) {
			failure = new Error(`The Node.js in ${folder}/node_modules does not start.`);
		}
		if (!failure) break;
		if (attempt === ATTEMPTS) throw failure;
		onProgress('starting over');
		rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
	}
	writeFileSync(stampOf(folder), lockfileHash(folder));
}

if (process.argv[1] && fileURLToPath(import.meta.url) === resolve(process.argv[1])) {
	for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
	try {
		await installLocked(resolve(process.argv[2]), (progress) => console.log(progress));
	} catch (error) {
		console.error(error.message);
		process.exit(1);
	}
}
