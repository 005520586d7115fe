import { parseArgs } from 'node:util';
import { commonDirectives } from './directives.mts';
import { sandboxProviders } from './registry.mts';
import { deliverSample } from './sample.mts';
import { startSandbox } from './server.mts';

const usage = `node sandbox/main.mts [--port 4010] [--job-seconds 5] [--allow-http-callbacks]
node sandbox/main.mts deliver --provider fal --url <callback URL> [--sandbox <running sandbox>]`;

try {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			port: { type: 'string', default: '4010' },
			'job-seconds': { type: 'string', default: '5' },
			'allow-http-callbacks': { type: 'boolean', default: false },
			provider: { type: 'string' },
			url: { type: 'string' },
			sandbox: { type: 'string' },
		},
	});
	if (positionals.length === 0) {
		await serve({
			port: numberOf('port', values.port),
			jobSeconds: numberOf('job-seconds', values['job-seconds']),
			allowHttpCallbacks: values['allow-http-callbacks'],
		});
	} else if (positionals.join(' ') === 'deliver' && values.provider && values.url) {
		await deliver(values.provider, values.url, values.sandbox);
	} else throw new Error('Unknown command, or an option is missing');
} catch (error) {
	console.error(`${(error as Error).message}\n\n${usage}`);
	process.exitCode = 1;
}

async function serve(options: Parameters<typeof startSandbox>[0]): Promise<void> {
	const sandbox = await startSandbox(options);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
	}
	console.log(`Sandbox on ${sandbox.url}; control: ${sandbox.url}/_sandbox`);
	console.log(`API key: ${sandbox.apiKey}`);
	for (const { id, displayName, directives } of sandboxProviders) {
		console.log(`\n${displayName}`);
		const { apiKey: _sameForAll, ...addresses } = sandbox.credentials[id];
		for (const [field, address] of Object.entries(addresses)) {
			console.log(`  ${field.padEnd(12)} ${address}`);
		}
		console.log(`  directives   ${Object.keys(directives).join(', ')}`);
	}
	console.log('\nIn a prompt, #sandbox:<directive> chooses the outcome; at every provider:');
	for (const [name, meaning] of Object.entries(commonDirectives)) {
		console.log(`  ${name.padEnd(18)} ${meaning}`);
	}
}

/** A callback of a sandbox of its own, or of a running one whose keys the receiver knows. */
async function deliver(provider: string, target: string, running?: string): Promise<void> {
	const own = running ? undefined : await startSandbox({ allowHttpCallbacks: true });
	try {
		const url = (running ?? own?.url ?? '').replace(/\/$/, '');
		const { apiKey } = (await (await fetch(`${url}/_sandbox`)).json()) as { apiKey: string };
		const { body, status, error } = await deliverSample(url, apiKey, provider, target);
		console.log(body);
		if (error) throw new Error(error);
		console.log(`${target} answered ${status}`);
	} finally {
		await own?.stop();
	}
}

function numberOf(option: string, text: string): number {
	const number = Number(text);
	if (text.trim() === '' || !Number.isFinite(number) || number < 0) {
		throw new Error(`--${option} must be a number`);
	}
	return number;
}
