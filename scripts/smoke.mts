// npm run smoke -- --image <https URL>: one cheap, real video from each provider whose key is in the environment.
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';

import { printTable } from './bench/table.mts';
import { ROOT } from './folders.mts';
import { installN8n, N8N_VERSION } from './n8n/install.mts';
import { packPackage } from './pack.mts';
import { keyVariables, ordersFor } from './smoke/orders.mts';
import type { Order } from './smoke/orders.mts';
import { startSmokeRun } from './smoke/run.mts';
import type { Outcome } from './smoke/run.mts';

const VIDEOS = join(ROOT, 'output', 'smoke');

const { values: flags } = parseArgs({
	options: { image: { type: 'string', default: '' }, provider: { type: 'string' } },
});
if (!URL.canParse(flags.image)) {
	stop('--image is the URL of a reference image that the providers can read.');
}
if (!process.stdin.isTTY || !process.stdout.isTTY) {
	stop('This spends money and asks before it does: run it in a terminal, not in a script.');
}

const tarball = process.env.PACKAGE_TARBALL ?? (await packPackage());
const orders = ordersFor(process.env).filter(
	({ provider }) => flags.provider === undefined || provider === flags.provider,
);
if (orders.length === 0) {
	stop(`There is no key in the environment. Set one or more of ${keyVariables().join(', ')}.`);
}
if (!(await isAgreed(orders))) stop('Nothing was ordered.', 1);

await installN8n(N8N_VERSION, (progress) => console.log(progress));
const run = await startSmokeRun(tarball, VIDEOS);
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
console.log(`Ordered; this takes one to ten minutes. Ctrl-C ends n8n, but no job and no bill.`);
const outcomes = await run.carryOut(orders, flags.image);
if (!interrupted) {
	const failed = report(outcomes);
	await run.close();
	process.exit(failed ? 1 : 0);
}

function stop(message: string, code = 2): never {
	console.error(message);
	process.exit(code);
}

/** Shows what would be ordered and what that costs. @returns whether the person typed yes */
async function isAgreed(planned: Order[]): Promise<boolean> {
	printTable([
		['', 'what', 'estimated price'],
		...planned.map(({ displayName, format, price }) => [displayName, format, dollars(price)]),
	]);
	const known = planned.reduce((sum, { price }) => sum + (price ?? 0), 0);
	const unknown = planned.filter(({ price }) => price === null).length;
	const more = unknown > 0 ? `, and ${unknown} of unknown price` : '';
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	// Ctrl-C is an answer, too.
	terminal.on('SIGINT', () => terminal.close());
	const videos = planned.length === 1 ? '1 real video' : `${planned.length} real videos`;
	const question = `${videos} for about ${dollars(known)}${more}. Type yes to order them: `;
	const answer = await terminal.question(question).catch(() => '');
	terminal.close();
	return answer.trim() === 'yes';
}

function dollars(amount: number | null): string {
	return amount === null ? 'unknown' : `$${amount.toFixed(2)}`;
}

/** Prints what became of the orders. @returns whether one of them failed */
function report(ended: Outcome[]): boolean {
	printTable([
		['', 'job ID', 'seconds', 'video', 'cost'],
		...ended.map(({ order, jobId, seconds, bytes, cost }) => [
			order.displayName,
			jobId || 'none',
			seconds.toFixed(0),
			bytes > 0 ? `${Math.ceil(bytes / 1024)} KB` : 'none',
			cost,
		]),
	]);
	const failed = ended.filter(({ problem }) => problem !== '');
	for (const { order, problem } of failed) console.error(`${order.displayName}: ${problem}`);
	console.log(`${ended.length - failed.length} of ${ended.length} came out well.`);
	console.log(`Watch the videos in ${relative(process.cwd(), VIDEOS)}/`);
	return failed.length > 0;
}

async function interrupt(signal: NodeJS.Signals): Promise<void> {
	if (interrupted) return;
	interrupted = true;
	console.error(`\n${signal}: what was accepted goes on at the providers; see their dashboards.`);
	await run.close();
	process.exit(signal === 'SIGINT' ? 130 : 143);
}
