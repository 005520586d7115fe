import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { checkRun } from '../../demo/check.mts';
import { readSheet } from '../../demo/rows.mts';
import type { PromptRow } from '../../demo/rows.mts';
import { demoWorkflow, NODES } from '../../demo/workflow.mts';
import { ROOT } from '../../scripts/folders.mts';
import { startTestSession } from './n8nSession.mts';
import type { TestSession } from './n8nSession.mts';

const demo = join(ROOT, 'demo');
const promptsFile = join(demo, 'prompts.csv');

/** Starts the demo's workflow as a person would. @returns the execution's id */
async function start(session: TestSession, onlyProvider = ''): Promise<string> {
	const { client, credentials, output } = session;
	const workflow = await demoWorkflow({
		promptsFile,
		outputFolder: output,
		credentials,
		onlyProvider,
		pollInterval: 1,
	});
	return await client.runWorkflow(await client.createWorkflow(workflow), NODES.start);
}

async function problemsOf(session: TestSession, onlyProvider = ''): Promise<string[]> {
	const rows = await readSheet<PromptRow>(promptsFile);
	const prompts = onlyProvider ? rows.map((row) => ({ ...row, provider: onlyProvider })) : rows;
	const { rows: checked, problems } = await checkRun(prompts, session.sandbox, session.output);
	return [...problems, ...checked.flatMap((row) => row.problems)];
}

it('the sheet becomes videos, links and reasons, with one submit for each row', async () => {
	const session = await startTestSession(2, { readable: [demo] });
	try {
		const execution = await session.client.waitForExecution(await start(session));
		expect(execution.status).toBe('success');
		expect(await problemsOf(session)).toEqual([]);
	} finally {
		await session.close();
	}
}, 180_000);

it('a row that its provider cannot make is refused, and the others become videos', async () => {
	const session = await startTestSession(2, { readable: [demo] });
	try {
		await session.client.waitForExecution(await start(session, 'aimlapi'));
		expect(await problemsOf(session, 'aimlapi')).toEqual([]);
		// Five of six: AI/ML API makes no 4K videos.
		expect(session.sandbox.count({ call: 'submit' })).toBe(5);
	} finally {
		await session.close();
	}
}, 180_000);

it('after n8n was killed in the middle, the next run works', async () => {
	const killed = await startTestSession(60, { readable: [demo] });
	await start(killed);
	while (killed.sandbox.jobs().length === 0) await pause(100);
	await killed.n8n.kill();
	const next = await startTestSession(2, { readable: [demo] });
	try {
		await next.client.waitForExecution(await start(next));
		expect(await problemsOf(next)).toEqual([]);
	} finally {
		await next.close();
		await killed.close();
	}
}, 180_000);
