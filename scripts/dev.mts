import { rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from './command.mts';
import { startCompiler } from './compiler.mts';
import type { Compiler } from './compiler.mts';
import { CACHE, ROOT } from './folders.mts';
import { addSourcePackage } from './n8n/communityPackage.mts';
import { lockFolder } from './n8n/runFolder.mts';
import { HOT_RELOAD, isWatching } from './n8n/hotReload.mts';
import { installN8n, N8N_VERSION } from './n8n/install.mts';
import { LOGIN_LINES } from './n8n/rest.mts';
import { freePort } from './n8n/server.mts';
import { startSession } from './n8n/session.mts';
import type { Session } from './n8n/session.mts';

/** Kept between starts: the developer's workflows and executions are in it. */
const FOLDER = join(CACHE, 'dev');

const { values: flags } = parseArgs({
	options: {
		port: { type: 'string', default: '5678' },
		'job-seconds': { type: 'string', default: '5' },
	},
});
const [port, jobSeconds] = [Number(flags.port), Number(flags['job-seconds'])];
if (!Number.isInteger(port) || !(jobSeconds >= 0)) {
	console.error('npm run dev -- [--port 5678] [--job-seconds 5]');
	process.exit(2);
}

let compiler: Compiler | undefined;
let session: Session | undefined;
let unlock: (() => Promise<void>) | undefined;
let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));

try {
	console.log(`n8n ${N8N_VERSION} (its installation takes one to three minutes, once) …`);
	await installN8n(N8N_VERSION, console.log);
	await freePort(port);
	unlock = await lockFolder(FOLDER);
	await rm(join(FOLDER, 'n8n.log'), { force: true });
	const dist = await addSourcePackage(FOLDER, ROOT);
	compiler = startCompiler(dist);
	const compilerEnded = compiler.ended.then((how) => {
		throw new Error(`The compiler ended by itself (${how}).`);
	});
	await Promise.race([compiler.ready, compilerEnded]);
	await runCommand(process.execPath, [join(ROOT, 'scripts/schema/write.mts'), dirname(dist)]);
	session = await startSession({
		userFolder: FOLDER,
		port,
		jobSeconds,
		fileFolders: [ROOT],
		allowHttpCallbacks: true,
		env: HOT_RELOAD,
	});
	const reload = (await isWatching(session.n8n, dist))
		? 'What you change in nodes/ and credentials/ is compiled, and n8n takes it: reload the page.'
		: 'n8n cannot watch files here: after a change, start this again.';
	console.log(`
n8n       ${session.n8n.url}
${LOGIN_LINES}
  log       ${relative(process.cwd(), session.n8n.logFile)}
sandbox   ${session.sandbox.url}/_sandbox
A credential for each provider leads to the sandbox.
${reload}
After a change of package.json, start this again. Press Ctrl-C to end it.
`);
	const n8nEnded = session.n8n.ended.then((how) => {
		throw new Error(`n8n ended by itself (${how}).`);
	});
	await Promise.race([compilerEnded, n8nEnded]);
} catch (error) {
	if (!isStopping) {
		console.error((error as Error).message);
		await stop(1);
	}
}

async function stop(code: number): Promise<void> {
	// A terminal sends Ctrl-C to every process, and the one that started us passes it on once more.
	if (isStopping) return;
	isStopping = true;
	await Promise.all([compiler?.stop(), session?.close()]);
	await unlock?.();
	process.exit(code);
}
