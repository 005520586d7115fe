// Starts a script of this project: `node scripts/run.mjs <file.mts> [arguments]`. Needs nothing but Node.js 20 and npm.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file, ...args] = process.argv.slice(2);

function stop(message, code = 1) {
	console.error(message);
	process.exit(code);
}

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
	stop(
		`Node.js ${OLDEST_NODE} or newer is needed, this is ${process.version}. See https://nodejs.org.`,
	);
}
if (!file) stop('Usage: node scripts/run.mjs <file.mts> [arguments]', 2);

const { installLocked, isInstalled, nodeOf } = await import('./install.mjs');

/** Installs the development dependencies; one line on a terminal is rewritten, a log gets two lines. */
async function installDependencies() {
	const started = Date.now();
	const title = 'Installing the development dependencies';
	const rewrite = process.stdout.isTTY;
	if (!rewrite) console.log(`${title} …`);
	await installLocked(root, (progress) => {
		if (rewrite) process.stdout.write(`\r\u001b[2K${title}: ${progress}`);
	});
	const seconds = Math.round((Date.now() - started) / 1000);
	console.log(`${rewrite ? '\r\u001b[2K' : ''}${title}: done in ${seconds} s`);
}

// Signals are handled while npm installs, too. Otherwise npm would go on when this script is
// killed.
let child;
for (const signal of ['SIGINT', 'SIGTERM']) {
	process.on(signal, () => {
		if (child) child.kill(signal);
		else process.exit(128 + constants.signals[signal]);
	});
}

if (!isInstalled(root)) await installDependencies().catch((error) => stop(error.message));

// The real Node.js 24 goes before node_modules/.bin, whose `node` is a shell script that swallows signals.
const node = nodeOf(root);
const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const typescript = new URL('typescript.mjs', import.meta.url).href;
child = spawn(node, ['--import', typescript, resolve(root, file), ...args], {
	stdio: 'inherit',
	env: { ...process.env, PATH: path },
});
child.on('error', (error) =>
	stop(`Node.js did not start: ${error.message}. Delete node_modules, try again.`),
);
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
