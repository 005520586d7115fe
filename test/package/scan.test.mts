import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import manifest from '../../package.json';
import { runCommand } from '../../scripts/command.mts';
import { useUnpackedPackage } from './unpacked.mts';

/** The scanner looks at the repository that a package was built from, and at the package itself. */
type Leg = 'source' | 'package';

interface Findings {
	passed: boolean;
	message?: string;
	details?: string;
}

async function scan(folder: string, leg: Leg): Promise<Findings> {
	const script = join(__dirname, 'scanner.mjs');
	// Rules of n8n's linter behave otherwise where NODE_ENV is "test", and jest sets that.
	const env = { ...process.env, NODE_ENV: 'production' };
	return JSON.parse(await runCommand(process.execPath, [script, folder, leg], { env })) as Findings;
}

const unpacked = useUnpackedPackage();

describe("n8n's scanner, which decides about verification", () => {
	// Without a message: "No files found to analyze" is a pass, too.
	it('finds nothing in the source', async () => {
		expect(await scan(join(__dirname, '../..'), 'source')).toEqual({ passed: true });
	}, 60_000);

	it('finds nothing in the package', async () => {
		expect(await scan(unpacked().folder, 'package')).toEqual({ passed: true });
	}, 60_000);
});

describe('what it would find', () => {
	let folder: string;
	beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'veo-scan-'))));
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	const plant = (file: string, text: string) => {
		mkdirSync(dirname(join(folder, file)), { recursive: true });
		writeFileSync(join(folder, file), text);
	};

	it.each<[string, Leg, string, string, string]>([
		[
			'a global that a node may not use',
			'source',
			'nodes/Planted/Planted.node.ts',
			'export const home = process.env.HOME as string;',
			'no-restricted-globals',
		],
		[
			'a title that is not in title case',
			'source',
			'nodes/Planted/Planted.node.ts',
			"export const field = { displayName: 'keep sound', name: 'keepSound', type: 'boolean', default: false };",
			'node-param-display-name-miscased',
		],
		[
			'a runtime dependency',
			'package',
			'package.json',
			JSON.stringify({ ...manifest, dependencies: { lodash: '4.17.21' } }),
			'no-runtime-dependencies',
		],
		[
			'a module that a node may not load',
			'package',
			'dist/nodes/Planted/Planted.node.js',
			'const { spawn } = require("node:child_process"); exports.spawn = spawn;',
			'no-restricted-imports',
		],
		[
			'a log line',
			'package',
			'dist/nodes/Planted/Planted.node.js',
			'console.log("planted");',
			'no-console',
		],
	])('%s (%s)', async (_, leg, file, text, rule) => {
		plant('package.json', JSON.stringify(manifest));
		plant(file, text);
		const { passed, details } = await scan(folder, leg);
		expect(details).toContain(rule);
		expect(passed).toBe(false);
	});
});
