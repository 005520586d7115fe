import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sandboxProviders } from '../../sandbox/registry.mts';
import { askBare } from './client.mts';
import { startReceiver } from './receiver.mts';

const calling = sandboxProviders.filter(({ callback }) => callback).map(({ id }) => id);
const main = join(__dirname, '../../sandbox/main.mts');

function run(...args: string[]): { child: ChildProcess; output: () => string } {
	const child = spawn(process.execPath, [main, ...args]);
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
	return { child, output: () => output };
}

async function said(output: () => string, pattern: RegExp): Promise<RegExpExecArray> {
	for (let waited = 0; waited < 10_000; waited += 20) {
		const match = pattern.exec(output());
		if (match) return match;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	throw new Error(`Not said in time: ${output()}`);
}

describe('the command line', () => {
	it('says where it listens, takes its options and stops when told', async () => {
		const { child, output } = run('--port', '0', '--job-seconds', '0.5', '--allow-http-callbacks');
		const [, url] = await said(
			output,
			/Sandbox on (http:\/\/127\.0\.0\.1:\d+)[^]*generation-failed/,
		);
		expect(output()).toContain(`baseUrl      ${url}/fal/queue`);
		expect(output()).toContain('sandbox-key');
		const { settings } = (await askBare(`${url}/_sandbox`)).data;
		expect(settings).toMatchObject({ jobSeconds: 0.5, allowHttpCallbacks: true });
		child.kill('SIGTERM');
		expect(await once(child, 'exit')).toEqual([0, null]);
	});

	it.each(calling)('posts a sample callback of %s', async (provider) => {
		const receiver = await startReceiver();
		const { child, output } = run('deliver', '--provider', provider, '--url', receiver.url);
		expect(await once(child, 'exit')).toEqual([0, null]);
		expect(receiver.received).toHaveLength(1);
		expect(output()).toContain(receiver.received[0].body);
		expect(output()).toContain('answered 200');
		await receiver.stop();
	});

	it.each([
		[['--port', 'x'], '--port must be a number'],
		[['--colour', 'red'], "Unknown option '--colour'"],
		[['deliver', '--provider', 'fal'], 'an option is missing'],
		[['deliver', '--provider', 'aimlapi', '--url', 'http://127.0.0.1:9'], calling.join(', ')],
	])('says what is wrong with %j', async (args, words) => {
		const { child, output } = run(...args);
		expect(await once(child, 'exit')).toEqual([1, null]);
		expect(output()).toContain(words);
		expect(output()).toContain('node sandbox/main.mts');
	});
});
