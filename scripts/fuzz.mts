// npm run fuzz [-- --runs N --seed S, words of a file name]: the tests of test/chaos/, tried far more often than in CI.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

import { ROOT } from './folders.mts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		/** Of each property. */
		runs: { type: 'string', default: '5000' },
		/** As a run has printed it; another one each time by default. */
		seed: { type: 'string', default: String(randomInt(2 ** 31)) },
	},
});
for (const [name, value] of Object.entries(values)) {
	if (/^-?\d+$/.test(value)) continue;
	console.error(`--${name} is a whole number, not "${value}".`);
	process.exit(2);
}
const dayMs = 24 * 60 * 60 * 1000;
const child = spawn(
	'jest',
	[
		'--selectProjects=unit',
		`--testTimeout=${dayMs}`,
		`--testPathPatterns=test/chaos/.*(${positionals.join('|')})`,
	],
	{
		cwd: ROOT,
		env: { ...process.env, FUZZ_RUNS: values.runs, FUZZ_SEED: values.seed },
		stdio: 'inherit',
	},
);
child.on('close', (code) => process.exit(code ?? 1));
