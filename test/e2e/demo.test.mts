import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { checkRun } from '../../demo/check.mts';
import { readSheet } from '../../demo/rows.mts';
import type { PromptRow } from '../../demo/rows.mts';
import { demoWorkflow, NODES } from '../../demo/workflow.mts';
import { ROOT } from '../../scripts/folders.mts';
import { isAsleep } from '../../scripts/n8n/rest.mts';
import { createRunFolder } from '../../scripts/n8n/runFolder.mts';
import { until } from '../../scripts/until.mts';
import { startTestSession } from './n8nSession.mts';
import type { TestSession } from './n8nSession.mts';
import { bringForward } from './sleep/deadline.mts';

const demo = join(ROOT, 'demo');
const promptsFile = join(demo, 'prompts.csv');

interface DemoRun {
	onlyProvider?: string;
	/** The session's own by default. */
	output?: string;
	submitsBefore?: number;
}

/** Starts the demo's workflow as a person would. @returns the execution's id */
async function start(
	{ client, credentials, output: own }: TestSession,
	{ onlyProvider = '', output = own }: DemoRun = {},
): Promise<string> {
	const workflow = await demoWorkflow({
		promptsFile,
		outputFolder: output,
		credentials,
		onlyProvider,
		pollInterval: 1,
		timeout: 0.5,
	});
	return await client.runWorkflow(await client.createWorkflow(workflow), NODES.start);
}

async function problemsOf(
	{ sandbox, output: own }: TestSession,
	{ onlyProvider = '', output = own, submitsBefore }: DemoRun = {},
): Promise<string[]> {
	const rows = await readSheet<PromptRow>(promptsFile);
	const prompts = onlyProvider ? rows.map((row) => ({ ...row, provider: onlyProvider })) : rows;
	const { rows: checked, problems } = await checkRun(prompts, sandbox, output, submitsBefore);
	return [...problems, ...checked.flatMap((row) => row.problems)];
}

/** Until the execution sleeps in this node. */
async function sleepsIn({ client }: TestSession, id: string, node: string): Promise<void> {
	await until(`it sleeps in "${node}"`, async () => {
		const execution = await client.getExecution(id);
		return isAsleep(execution) && execution.data.resultData.lastNodeExecuted === node;
	});
}

it('the sheet becomes videos, links and reasons, with one submit for each row', async () => {
	const session = await startTestSession(2, { readable: [demo] });
	try {
		const id = await start(session);
		await sleepsIn(session, id, 'Generate with AI/ML API');
		await sleepsIn(session, id, 'Generate with AIHubMax');
		const execution = await session.client.waitForExecution(id);
		expect(execution.status).toBe('success');
		expect(await problemsOf(session)).toEqual([]);
	} finally {
		await session.close();
	}
}, 180_000);

it('a row that its provider cannot make is refused, and the others become videos', async () => {
	const session = await startTestSession(2, { readable: [demo] });
	try {
		await session.client.waitForExecution(await start(session, { onlyProvider: 'aimlapi' }));
		expect(await problemsOf(session, { onlyProvider: 'aimlapi' })).toEqual([]);
		// Five of six: AI/ML API makes no 4K videos.
		expect(session.sandbox.count({ call: 'submit' })).toBe(5);
	} finally {
		await session.close();
	}
}, 180_000);

it('killed while it sleeps and started again, it collects what is paid and makes the rest', async () => {
	const userFolder = await createRunFolder();
	const output = join(userFolder, 'output');
	await mkdir(output);
	const readable = [demo, output];
	// No video is ready before the test says so.
	const killed = await startTestSession(600, { readable, earlier: { userFolder } });
	const { n8n, sandbox } = killed;
	const finishAll = () => {
		for (const job of sandbox.jobs()) if (job.endedAt === undefined) sandbox.finish(job.id);
	};
	const id = await start(killed, { output });
	await sleepsIn(killed, id, 'Generate with fal.ai');
	finishAll();
	await sleepsIn(killed, id, 'Generate with AI/ML API');
	await n8n.kill();
	finishAll();
	const portOf = ({ url }: { url: string }) => Number(new URL(url).port);
	const earlier = {
		userFolder,
		port: portOf(n8n),
		sandbox: { port: portOf(sandbox), jobs: sandbox.savedJobs() },
	};
	const submitsBefore = sandbox.count({ call: 'submit' });
	await killed.close();
	bringForward(userFolder, id, 60_000);

	const next = await startTestSession(2, { readable, earlier });
	try {
		const execution = await next.client.waitForExecution(id);
		expect(execution.status).toBe('success');
		expect(await problemsOf(next, { output, submitsBefore })).toEqual([]);
	} finally {
		await next.close();
		await rm(userFolder, { recursive: true, force: true });
	}
}, 180_000);
