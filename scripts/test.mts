import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { findOrInstallChromium } from './chromium.mts';
import { CACHE, ROOT } from './folders.mts';
import { installN8n, N8N_VERSION, N8N_VERSIONS } from './n8n/install.mts';
import { findOrInstallQueuePrograms } from './n8n/queue/programs.mts';
import { packPackage } from './pack.mts';
import { printCoverage, printSlowestTests } from './report.mts';
import { CannotRun, printOutcomes, runSteps } from './steps.mts';
import type { Step } from './steps.mts';

const PROJECTS = ['unit', 'faults', 'package', 'e2e', 'load', 'browser'] as const;
type Project = (typeof PROJECTS)[number];

const REPORTS = join(CACHE, 'reports');
const {
	positionals: [only, ...jestArgs],
	values: { n8n: oneVersion, jobs },
} = parseArgs({
	allowPositionals: true,
	options: {
		n8n: { type: 'string' },
		/** Of the test of queue mode. */
		jobs: { type: 'string' },
	},
});
if (oneVersion !== undefined && (only !== 'e2e' || !N8N_VERSIONS.includes(oneVersion))) {
	console.error(`--n8n goes with test:e2e and is one of ${N8N_VERSIONS.join(', ')}.`);
	process.exit(2);
}
if (jobs !== undefined && (only !== 'load' || !(Number(jobs) > 0 && Number(jobs) % 100 === 0))) {
	console.error('--jobs goes with test:load and is a multiple of 100.');
	process.exit(2);
}
const env: NodeJS.ProcessEnv = { ...process.env, ...(jobs && { QUEUE_JOBS: jobs }) };

const command = (title: string, name: string, ...args: string[]): Step => ({
	title,
	run: async () => await runVisibly(name, args),
});

/** Runs a command with its output shown. */
async function runVisibly(name: string, args: string[]): Promise<void> {
	const child = spawn(name, args, { cwd: ROOT, env, stdio: 'inherit' });
	const code = await new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	});
	if (code !== 0) throw new Error(`"${[name, ...args].join(' ')}" failed (exit code ${code})`);
}

/**
 * How many files at a time. An n8n that does little most of the time takes one core of two, under load it
 * takes both, and the matrix of faults, most of which are waits, takes half of one.
 */
const WORKERS: Record<Project, string> = {
	unit: '100%',
	faults: '2',
	package: '100%',
	e2e: '2',
	load: '1',
	browser: '1',
};

const WITHOUT_QUEUE_MODE = '--testPathIgnorePatterns=/load/queue';

const jest = (project: Project, ...args: string[]): Step =>
	command(
		`${project} tests`,
		'jest',
		// Without --passWithNoTests: a pattern that matches no test must not look like success.
		`--selectProjects=${project}`,
		'--json',
		`--outputFile=${join(REPORTS, `${project}.json`)}`,
		`--maxWorkers=${WORKERS[project]}`,
		...(oneVersion === undefined ? [] : ['--testNamePattern', testsOf(oneVersion)]),
		// What a few files cover says nothing.
		...(project === 'unit' && args.length === 0 ? ['--coverage'] : []),
		...args.filter(isOption),
		...(args.every(isOption) ? [] : [filterOf(project), ...args.filter((arg) => !isOption(arg))]),
	);

const isOption = (arg: string) => arg.startsWith('-');

/** Tests "on n8n 1.123.81" are that version's; all others are the pinned current one's. */
function testsOf(version: string): string {
	const older = N8N_VERSIONS.filter((other) => other !== N8N_VERSION);
	const on = (versions: string[]) => `on n8n (${versions.join('|').replaceAll('.', '\\.')})`;
	return version === N8N_VERSION ? `^(?!${on(older)})` : `^${on([version])}`;
}

/** The browser tests are one file, so that they share one n8n: they are chosen by name. */
const filterOf = (project: Project) =>
	project === 'browser' ? '--testNamePattern' : '--testPathPatterns';

const pack: Step = {
	title: 'build and pack',
	run: async () => {
		env.PACKAGE_TARBALL = await packPackage();
	},
};

const install = (version: string): Step => ({
	title: `install n8n ${version} (once, one to three minutes)`,
	run: async () => void (await installN8n(version, (progress) => console.log(progress))),
});
const installs = (oneVersion === undefined ? N8N_VERSIONS : [oneVersion]).map(install);

const queuePrograms: Step = {
	title: 'Redis and PostgreSQL',
	run: async () => {
		const { redis, postgresql } = await findOrInstallQueuePrograms((progress) =>
			console.log(progress),
		);
		Object.assign(env, { REDIS_SERVER: redis, POSTGRESQL_BIN: postgresql });
	},
};

const load = (...args: string[]): Step => ({
	title: 'load tests',
	run: async () => {
		const hasPrograms = Boolean(env.REDIS_SERVER && env.POSTGRESQL_BIN);
		await jest('load', ...(hasPrograms ? args : [WITHOUT_QUEUE_MODE, ...args])).run();
	},
});

const chromium: Step = {
	title: 'Chromium',
	run: async () => {
		env.CHROMIUM = await findOrInstallChromium((progress) => console.log(progress));
	},
};

const browser = (...args: string[]): Step => {
	const step = jest('browser', ...args);
	const run = async () => {
		if (!env.CHROMIUM) throw new CannotRun('no Chromium');
		await step.run();
	};
	return { ...step, run };
};

const everything: Step[] = [
	command('type check of the package', 'tsc', '--noEmit'),
	command('type check of the tools and tests', 'tsc', '--project', 'tsconfig.tools.json'),
	command('lint', 'n8n-node', 'lint'),
	command('formatting', 'prettier', '--check', '--log-level=warn', '.'),
	jest('unit'),
	jest('faults'),
	pack,
	jest('package'),
	...installs,
	jest('e2e'),
	queuePrograms,
	load(),
	chromium,
	browser(),
];

const selections: Record<string, Step[]> = {
	unit: [jest('unit', ...jestArgs)],
	faults: [jest('faults', ...jestArgs)],
	package: [pack, jest('package', ...jestArgs)],
	e2e: [pack, ...installs, jest('e2e', ...jestArgs)],
	load: [pack, install(N8N_VERSION), queuePrograms, load(...jestArgs)],
	browser: [pack, install(N8N_VERSION), chromium, browser(...jestArgs)],
};

/** What jest counted, over all projects that ran. */
async function count(): Promise<{ passed: number; failed: number }> {
	const sum = { passed: 0, failed: 0 };
	for (const project of PROJECTS) {
		const text = await readFile(join(REPORTS, `${project}.json`), 'utf8').catch(() => undefined);
		if (text === undefined) continue;
		const report = JSON.parse(text) as Record<string, number>;
		sum.passed += report.numPassedTests;
		sum.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
	}
	return sum;
}

const steps = only === undefined ? everything : selections[only];
if (!steps) {
	console.error(
		`There is no "${only}". Choose ${Object.keys(selections).join(', ')}, or nothing for all.`,
	);
	process.exit(2);
}
await rm(REPORTS, { recursive: true, force: true });
await mkdir(REPORTS, { recursive: true });
const outcomes = await runSteps(steps);
await printCoverage(REPORTS);
if (only === undefined) await printSlowestTests(REPORTS);
if (steps.length > 1) printOutcomes(outcomes);
const hasFailed = outcomes.some(({ mark }) => mark === '✘');
const hasRunAll = outcomes.every(({ mark }) => mark === '✔');
const { passed, failed } = await count();
// Every step counts: a failed type check is a failure although jest has not counted it.
console.log(`${passed} passed, ${hasFailed ? Math.max(failed, 1) : failed} failed`);
// Only `npm test` on a developer's machine may do without a browser.
const mayLackAStep = !process.env.CI && only === undefined;
process.exit(hasRunAll || (mayLackAStep && !hasFailed) ? 0 : 1);
