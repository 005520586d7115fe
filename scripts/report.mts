import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { printTable } from './bench/table.mts';
import { ROOT } from './folders.mts';

const SLOWEST = 10;

/** As istanbul's `json-summary` writes them, by file. */
type Counts = Record<'statements' | 'branches' | 'functions', { total: number; covered: number }>;

/** What jest says of a run. */
interface Report {
	testResults: Array<{
		name: string;
		assertionResults: Array<{ fullName: string; duration?: number | null }>;
	}>;
}

const KINDS = ['statements', 'branches', 'functions'] as const;

/** Prints how much of each folder the tests have run; nothing where jest was not asked for it. */
export async function printCoverage(reports: string): Promise<void> {
	const byFile = await readJson<Record<string, Counts>>(
		join(reports, 'coverage', 'coverage-summary.json'),
	);
	if (!byFile) return;
	const byFolder: Record<string, Counts[]> = {};
	for (const [file, counts] of Object.entries(byFile)) {
		if (file === 'total') continue;
		(byFolder[relative(ROOT, dirname(file))] ??= []).push(counts);
	}
	console.log('\nCoverage in per cent');
	printTable([
		['folder', ...KINDS],
		...Object.keys(byFolder)
			.sort()
			.map((folder) => [folder, ...KINDS.map((kind) => percent(byFolder[folder], kind))]),
	]);
}

function percent(counts: Counts[], kind: (typeof KINDS)[number]): string {
	const sum = (of: 'total' | 'covered') =>
		counts.reduce((before, count) => before + count[kind][of], 0);
	return sum('total') === 0 ? '' : ((100 * sum('covered')) / sum('total')).toFixed(1);
}

/** Prints the tests that took longest, of all the projects that have run. */
export async function printSlowestTests(reports: string): Promise<void> {
	const files = (await readdir(reports)).filter((name) => name.endsWith('.json'));
	const read = files.map(async (name) => await readJson<Report>(join(reports, name)));
	const tests = (await Promise.all(read)).flatMap((report) =>
		(report?.testResults ?? []).flatMap(({ name, assertionResults }) =>
			assertionResults.map(({ fullName, duration }) => ({
				test: `${relative(join(ROOT, 'test'), name)}: ${fullName}`,
				seconds: (duration ?? 0) / 1000,
			})),
		),
	);
	if (tests.length === 0) return;
	console.log('\nThe slowest tests, in seconds');
	for (const { test, seconds } of tests
		.sort((one, other) => other.seconds - one.seconds)
		.slice(0, SLOWEST)) {
		console.log(`${seconds.toFixed(1).padStart(6)}   ${test}`);
	}
	console.log();
}

async function readJson<Value>(file: string): Promise<Value | undefined> {
	const text = await readFile(file, 'utf8').catch(() => undefined);
	return text === undefined ? undefined : (JSON.parse(text) as Value);
}
