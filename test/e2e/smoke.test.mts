import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { ROOT } from '../../scripts/folders.mts';
import { variableOf } from '../../scripts/smoke/orders.mts';
import { useSandbox } from '../useSandbox.mts';
import { packedPackage } from './n8nSession.mts';

const SCRIPT = join(ROOT, 'scripts', 'smoke.mts');
const QUESTION = 'Type yes to order them:';

const sandbox = useSandbox(2);

/** Keys and addresses of the sandbox, as an owner would set those of the providers. */
const environment = (others: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
	...process.env,
	PACKAGE_TARBALL: packedPackage(),
	...Object.fromEntries(
		Object.entries(sandbox().credentials).flatMap(([provider, fields]) =>
			Object.entries(fields).map(([field, value]) => [variableOf(provider, field), value]),
		),
	),
	...others,
});

interface Ended {
	code: number | null;
	output: string;
}

/** Runs the smoke; with an answer in a pseudo-terminal, where it is typed when the question stands there. */
async function smoke(args: string[], env: NodeJS.ProcessEnv, answer?: string): Promise<Ended> {
	const command = [process.execPath, SCRIPT, '--image', 'https://cdn.example.org/fox.png', ...args];
	// util-linux and macOS have this command, with different arguments.
	const inTerminal =
		process.platform === 'darwin'
			? ['-q', '/dev/null', ...command]
			: ['--quiet', '--return', '--command', command.join(' '), '/dev/null'];
	const [name, ...rest] = answer === undefined ? command : ['script', ...inTerminal];
	const child = spawn(name, rest, { cwd: ROOT, env });
	let output = '';
	const read = (chunk: Buffer) => (output += chunk.toString());
	child.stdout.on('data', read);
	child.stderr.on('data', read);
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	});
	void ended.catch(() => {});
	while (answer !== undefined && !output.includes(QUESTION) && child.exitCode === null) {
		await pause(50);
	}
	if (answer === undefined) child.stdin.end();
	else child.stdin.write(`${answer}\n`);
	return { code: await ended, output };
}

const submits = () => sandbox().count({ call: 'submit' });
const providers = () => Object.keys(sandbox().credentials);

it('one video of each provider is ordered, downloaded and told, once the price is agreed to', async () => {
	const { code, output } = await smoke([], environment(), 'yes');
	expect(output).toContain(`${providers().length} of ${providers().length} came out well.`);
	expect(code).toBe(0);
	expect(submits()).toBe(providers().length);
	for (const { id, provider } of sandbox().jobs()) {
		expect(output).toContain(id);
		expect(statSync(join(ROOT, 'output', 'smoke', `${provider}.mp4`)).size).toBeGreaterThan(1_000);
	}
	// Four seconds at 0.08: its cheapest.
	expect(output).toMatch(/^ShortAPI .*, 720p, 4 s, fast +\$0\.32\s*$/m);
	expect(output).toMatch(/real videos for about \$\d+\.\d\d, and \d of unknown price/);
	expect(output).not.toContain(sandbox().apiKey);
}, 240_000);

it('a wrong key and a job that fails are told, each by its provider', async () => {
	sandbox().inject({ provider: 'evolink', call: 'submit', fault: { kind: 'status', status: 402 } });
	const wrong = environment({ [variableOf('fal', 'apiKey')]: 'wrong-key' });
	for (const other of ['aimlapi', 'aihubmax', 'shortapi'])
		delete wrong[variableOf(other, 'apiKey')];
	const { code, output } = await smoke([], wrong, 'yes');
	expect(output).toMatch(/fal\.ai: Nothing was ordered, the credential's test failed/);
	expect(output).toMatch(/EvoLink: error: .*(balance|credit)/i);
	expect(output).toContain('0 of 2 came out well.');
	expect(code).toBe(1);
	expect(sandbox().count({ provider: 'fal', call: 'submit' })).toBe(0);
}, 240_000);

describe('nothing is ordered', () => {
	afterEach(() => expect(sandbox().requests).toEqual([]));

	it.each(['no', '', 'y', 'YES!'])('when the answer is "%s"', async (answer) => {
		const { code, output } = await smoke([], environment(), answer);
		expect(output).toContain('Nothing was ordered.');
		expect(code).toBe(1);
	});

	it('without a terminal', async () => {
		const { code, output } = await smoke([], environment());
		expect(output).toContain('run it in a terminal');
		expect(code).toBe(2);
	});

	it('without a key', async () => {
		const env = environment();
		for (const provider of providers()) delete env[variableOf(provider, 'apiKey')];
		const { code, output } = await smoke([], env, 'yes');
		expect(output).toContain('VEO_FAL_API_KEY');
		expect(code).toBe(2);
	});

	it('of a provider that was not asked for', async () => {
		const { output } = await smoke(['--provider', 'evolink'], environment(), 'no');
		expect(output).toContain('1 real video for');
		expect(output).not.toContain('fal.ai');
	});
});
