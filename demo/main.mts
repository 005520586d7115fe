import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Listr } from 'listr2';
import type { DefaultRenderer, ListrTask, SimpleRenderer } from 'listr2';

import { sandboxCredentialTypes } from '../sandbox/registry.mts';
import { ROOT } from '../scripts/folders.mts';
import { installN8n, N8N_VERSION } from '../scripts/n8n/install.mts';
import { LOGIN_LINES } from '../scripts/n8n/rest.mts';
import { startSession } from '../scripts/n8n/session.mts';
import type { Session } from '../scripts/n8n/session.mts';
import { lockFolder } from '../scripts/n8n/runFolder.mts';
import { packPackage } from '../scripts/pack.mts';
import { checkRun } from './check.mts';
import type { CheckedRun } from './check.mts';
import { followRun, rowProgress } from './progress.mts';
import { readSheet } from './rows.mts';
import type { PromptRow } from './rows.mts';
import { renderTable } from './table.mts';
import {
	forgetUnfinishedRun,
	goesOn,
	goesOnTitle,
	keepUnfinishedRun,
	N8N_FOLDER,
	readUnfinishedRun,
	RUN_FOLDER,
} from './unfinished.mts';
import type { UnfinishedRun } from './unfinished.mts';
import { demoWorkflow, NODES } from './workflow.mts';

const JOB_SECONDS = 5;
const POLL_SECONDS = 1;
/** Should n8n be killed while a node sleeps, its jobs leave so long after their submit, and two minutes more. */
const TIMEOUT_MINUTES = 0.5;
const FOLLOW_MS = 200;
const ENDS_WITHIN_MS = 5 * 60_000;
/** False in CI logs and pipes, and in pseudo-terminals without a size. */
const canRedraw = process.stdout.isTTY && process.stdout.columns > 0;
const PROMPTS_FILE = join(import.meta.dirname, 'prompts.csv');
const OUTPUT_FOLDER = join(ROOT, 'output');

type Task = ListrTask<Context, typeof DefaultRenderer, typeof SimpleRenderer>;

interface Context {
	tarball: string;
	prompts: PromptRow[];
	session: Session;
	/** A run that was ended in the middle, and sleeps. */
	earlier?: UnfinishedRun;
	workflowId: string;
	checked: CheckedRun;
}

const { values: flags } = parseArgs({
	options: { keep: { type: 'boolean', default: false }, provider: { type: 'string', default: '' } },
});
if (flags.provider && !(flags.provider in sandboxCredentialTypes)) {
	console.error(`--provider is one of ${Object.keys(sandboxCredentialTypes).join(', ')}.`);
	process.exit(2);
}
const context = {} as Context;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);

try {
	await prepareAndRun();
	const wrong = report(context.checked);
	if (flags.keep) await keepRunning(context);
	await context.session.close();
	process.exit(wrong ? 1 : 0);
} catch (error) {
	if (!interrupted) {
		console.error(`\nThe demo failed: ${(error as Error).message}`);
		const log = context.session?.n8n.logFile;
		if (log) console.error(`The log of n8n: ${relative(process.cwd(), log)}`);
		await context.session?.close({ keepLog: true });
		process.exit(1);
	}
}

async function prepareAndRun(): Promise<void> {
	const tasks = new Listr<Context, 'default', 'simple'>(
		[
			{
				title: 'Build and pack the package',
				task: async (ctx, task) => {
					ctx.tarball = await packPackage();
					task.title = `Packed ${relative(ROOT, ctx.tarball)}`;
				},
			},
			{
				title: `Install n8n ${N8N_VERSION} with its Node.js (once, one to three minutes)`,
				task: async (_ctx, task) => {
					await installN8n(N8N_VERSION, (progress) => (task.output = progress));
					task.title = `n8n ${N8N_VERSION} is installed`;
				},
			},
			{
				title: 'Start n8n and the sandbox that plays the providers',
				task: async (ctx, task) => {
					await lockFolder(RUN_FOLDER);
					ctx.earlier = await readUnfinishedRun(flags.provider);
					ctx.session = await startSession({
						tarball: ctx.tarball,
						userFolder: N8N_FOLDER,
						port: ctx.earlier?.n8nPort,
						sandbox: ctx.earlier?.sandbox,
						jobSeconds: JOB_SECONDS,
						fileFolders: [import.meta.dirname, OUTPUT_FOLDER],
					});
					if (ctx.earlier && !(await goesOn(ctx.session, ctx.earlier))) {
						ctx.session.sandbox.reset();
						delete ctx.earlier;
					}
					task.title = `n8n runs at ${ctx.session.n8n.url}, the sandbox at ${ctx.session.sandbox.url}`;
				},
			},
			{
				title: 'Create the workflow',
				task: async (ctx, task) => {
					const rows = await readSheet<PromptRow>(PROMPTS_FILE);
					const { provider } = flags;
					ctx.prompts = provider ? rows.map((row) => ({ ...row, provider })) : rows;
					if (ctx.earlier) {
						ctx.workflowId = ctx.earlier.workflowId;
						task.title = goesOnTitle(ctx.earlier);
						return;
					}
					await rm(OUTPUT_FOLDER, { recursive: true, force: true });
					await mkdir(OUTPUT_FOLDER);
					const workflow = await demoWorkflow({
						promptsFile: PROMPTS_FILE,
						outputFolder: OUTPUT_FOLDER,
						credentials: ctx.session.credentials,
						onlyProvider: flags.provider,
						pollInterval: POLL_SECONDS,
						timeout: TIMEOUT_MINUTES,
					});
					ctx.workflowId = await ctx.session.client.createWorkflow(workflow);
				},
			},
			{
				title: 'Turn the rows of the sheet into videos',
				task: (ctx, task) => task.newListr(followRows(ctx), { concurrent: true }),
			},
			{
				title: 'Compare the files with what the sandbox made',
				task: async (ctx) => {
					const { prompts, session, earlier } = ctx;
					const submitsBefore = earlier?.submits ?? 0;
					ctx.checked = await checkRun(prompts, session.sandbox, OUTPUT_FOLDER, submitsBefore);
				},
			},
		],
		{
			ctx: context,
			registerSignalListeners: false,
			rendererOptions: { collapseSubtasks: false },
			fallbackRenderer: 'simple',
			fallbackRendererCondition: () => !canRedraw,
		},
	);
	await tasks.run();
}

/** Runs the workflow; one task shows the run as a whole, and one each row. */
function followRows(ctx: Context): Task[] {
	let running = true;
	let showRun = (_text: string) => {};
	const run = runWorkflow(ctx, (text) => showRun(text)).finally(() => (running = false));
	const rows = ctx.prompts.map((row) => {
		const title = `row ${row.row}`;
		const follow: Task['task'] = async (_ctx, task) => {
			let shown = rowProgress(row, ctx.session.sandbox, OUTPUT_FOLDER).text;
			for (;;) {
				const { text, percent, ended } = rowProgress(row, ctx.session.sandbox, OUTPUT_FOLDER);
				const exact = percent === undefined ? text : `${text} ${percent} %`;
				task.title = `${title}: ${exact}`;
				// Without a terminal, each change would be a line in a log, so only the steps are shown.
				if (!canRedraw && text !== shown) task.output = `${title}: ${text}`;
				shown = text;
				if (ended || !running) return;
				await pause(FOLLOW_MS);
			}
		};
		return { title, task: follow };
	});
	const title = 'the workflow';
	const follow: Task['task'] = async (_ctx, task) => {
		showRun = (text) => {
			task.title = `${title}: ${text}`;
			if (!canRedraw) task.output = task.title;
		};
		await run;
	};
	return [...rows, { title, task: follow }];
}

/** @param show is told when the execution falls asleep and wakes up */
async function runWorkflow(ctx: Context, show: (text: string) => void): Promise<void> {
	const { session, workflowId, earlier } = ctx;
	const { client, n8n } = session;
	const died = n8n.ended.then((how) => {
		throw new Error(`n8n ended in the middle of the run (${how}). Start the demo again.`);
	});
	const run = async () => {
		const executionId = earlier?.executionId ?? (await client.runWorkflow(workflowId, NODES.start));
		const stopFollowing = followRun(session, executionId, {
			show,
			keep: async () => await keepUnfinishedRun(unfinishedRun(ctx, executionId)),
		});
		try {
			return await client.waitForExecution(executionId, ENDS_WITHIN_MS);
		} finally {
			await stopFollowing();
		}
	};
	const execution = await Promise.race([run(), died]);
	await forgetUnfinishedRun();
	const { error, lastNodeExecuted } = execution.data.resultData;
	if (execution.status !== 'success') {
		throw new Error(
			`The execution ended with "${execution.status}" at "${lastNodeExecuted}": ${error?.message}`,
		);
	}
}

function unfinishedRun(
	{ session, workflowId, earlier }: Context,
	executionId: string,
): UnfinishedRun {
	return {
		onlyProvider: flags.provider,
		workflowId,
		executionId,
		n8nPort: Number(new URL(session.n8n.url).port),
		sandbox: {
			port: Number(new URL(session.sandbox.url).port),
			jobs: session.sandbox.savedJobs(),
		},
		submits: (earlier?.submits ?? 0) + session.sandbox.count({ call: 'submit' }),
	};
}

/** Prints the table. @returns whether something is wrong */
function report({ rows, problems }: CheckedRun): boolean {
	console.log(`\n${renderTable(rows)}\n`);
	const folder = relative(process.cwd(), OUTPUT_FOLDER) || '.';
	console.log(`Videos and results.csv are in ${folder}/`);
	const found = [
		...problems,
		...rows.flatMap((row) => row.problems.map((problem) => `row ${row.row}: ${problem}`)),
	];
	if (found.length === 0) console.log('Every row came out as expected.');
	else console.error(`Not as expected:\n  - ${found.join('\n  - ')}`);
	return found.length > 0;
}

async function keepRunning({ session, workflowId }: Context): Promise<void> {
	console.log(`\nn8n stays open at ${session.n8n.url}/workflow/${workflowId}`);
	console.log(LOGIN_LINES);
	console.log('Press Ctrl-C to end it.');
	const how = await session.n8n.ended;
	if (!interrupted) throw new Error(`n8n ended by itself (${how}).`);
	// The user has pressed Ctrl-C and is about to end the process.
	await pause(60_000);
}

async function interrupt(signal: NodeJS.Signals): Promise<void> {
	// A terminal sends Ctrl-C to every process, and the process that started this one passes it on
	// again.
	if (interrupted) return;
	interrupted = true;
	console.error(`\n${signal}: stopping n8n and the sandbox …`);
	await context.session?.close();
	const unfinished = context.session && (await readUnfinishedRun(flags.provider));
	if (unfinished?.sandbox.jobs.length) {
		console.error('What it has paid for is not lost: "npm run demo" goes on where it stopped.');
	}
	process.exit(signal === 'SIGINT' ? 130 : 143);
}
