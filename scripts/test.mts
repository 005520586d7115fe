import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { CACHE, ROOT } from './folders.mts';
import { installN8n, N8N_VERSION, OLDER_N8N_VERSION } from './n8n/install.mts';
import { packPackage } from './pack.mts';
import { printCoverage, printSlowestTests } from './report.mts';

type Project = 'unit' | 'package' | 'e2e';

interface Step {
	title: string;
	run(): Promise<void>;
}

const REPORTS = join(CACHE, 'reports');
const VERSIONS = [N8N_VERSION, OLDER_N8N_VERSION];
const {
	positionals: [only, ...jestArgs],
	values: { n8n: oneVersion },
} = parseArgs({ allowPositionals: true, options: { n8n: { type: 'string' } } });
if (oneVersion !== undefined && (only !== 'e2e' || !VERSIONS.includes(oneVersion))) {
	console.error(`--n8n goes with test:e2e and is one of ${VERSIONS.join(', ')}.`);
	process.exit(2);
}
const env: NodeJS.ProcessEnv = { ...process.env };

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

const jest = (project: Project, ...args: string[]): Step =>
	command(
		`${project} tests`,
		'jest',
		// Without --passWithNoTests: a pattern that matches no test must not look like success.
		`--selectProjects=${project}`,
		'--json',
		`--outputFile=${join(REPORTS, `${project}.json`)}`,
		// One n8n at a time is what two cores can carry.
		...(project === 'e2e' ? ['--runInBand'] : []),
		...(oneVersion === undefined ? [] : ['--testNamePattern', testsOf(oneVersion)]),
		// What a few files cover says nothing.
		...(project === 'unit' && args.length === 0 ? ['--coverage'] : []),
		...(args.length > 0 ? ['--testPathPatterns', ...args] : []),
	);

/** Tests "on n8n 1.123.81" are that version's; all others are the pinned current one's. */
function testsOf(version: string): string {
	const older = `on n8n ${OLDER_N8N_VERSION.replaceAll('.', '\\.')}`;
	return version === OLDER_N8N_VERSION ? `^${older}` : `^(?!${older})`;
}

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
const installs = (oneVersion === undefined ? VERSIONS : [oneVersion]).map(install);

const everything: Step[] = [
	command('type check of the package', 'tsc', '--noEmit'),
	command('type check of the tools and tests', 'tsc', '--project', 'tsconfig.tools.json'),
	command('lint', 'n8n-node', 'lint'),
	command('formatting', 'prettier', '--check', '--log-level=warn', '.'),
	jest('unit'),
	pack,
	jest('package'),
	...installs,
	jest('e2e'),
];

const selections: Record<string, Step[]> = {
	unit: [jest('unit', ...jestArgs)],
	package: [pack, jest('package', ...jestArgs)],
	e2e: [pack, ...installs, jest('e2e', ...jestArgs)],
};

/** What jest counted, over all projects that ran. */
async function count(): Promise<{ passed: number; failed: number }> {
	const sum = { passed: 0, failed: 0 };
	for (const project of ['unit', 'package', 'e2e']) {
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
let problem: string | undefined;
for (const { title, run } of steps) {
	const started = Date.now();
	console.log(`\n▶ ${title}`);
	try {
		await run();
		console.log(`✔ ${title} (${Math.round((Date.now() - started) / 1000)} s)`);
	} catch (error) {
		problem = `✘ ${title}: ${(error as Error).message}`;
		break;
	}
}
if (problem) console.error(problem);
await printCoverage(REPORTS);
if (only === undefined) await printSlowestTests(REPORTS);
const { passed, failed } = await count();
// Every step counts: a failed type check is a failure, although jest has not counted it.
console.log(`${passed} passed, ${problem ? Math.max(failed, 1) : failed} failed`);
process.exit(problem ? 1 : 0);
