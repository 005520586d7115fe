import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';

import { outputOf } from '../../scripts/n8n/rest.mts';
import type { TableRow, Workflow } from '../../scripts/n8n/rest.mts';
import { until } from '../until.mts';
import {
	callbackUrl,
	importable,
	nodeOf,
	publish,
	triggerNode,
	WORKFLOWS,
} from './callbackWorkflows.mts';
import { runOnce, useSession, veoWorkflow } from './n8nSession.mts';

const session = useSession(2, { allowHttpCallbacks: true });

describe('the workflows that are offered for import', () => {
	const prompts = ['a fox', 'a boat #sandbox:content-policy', '', 'a tea garden'];
	let tableId: string;
	let sheet: Workflow;
	let sheetId: string;
	const rows = async () => await session().client.readRows(tableId);
	const jobOf = (prompt: string) =>
		session()
			.sandbox.jobs()
			.find((job) => job.prompt === prompt);
	const run = async () => {
		const { client } = session();
		return await client.waitForExecution(await client.runWorkflow(sheetId, 'Start'));
	};

	beforeAll(async () => {
		const { client } = session();
		const example = await readFile(join(WORKFLOWS, 'veo-videos.csv'), 'utf8');
		const [columns] = parse(example) as string[][];
		tableId = await client.createTable('Veo Videos', columns);
		const empty = Object.fromEntries(columns.map((column): [string, null] => [column, null]));
		const given = (prompt: string): TableRow => ({
			...empty,
			prompt,
			image_urls: 'https://cdn.example.org/fox.png',
		});
		await client.addRows(tableId, prompts.map(given));
		await client.addRows(tableId, [{ ...given('has a job'), job_id: 'from-an-earlier-run' }]);

		const video = await importable('video-to-row.json', session());
		await publish(session(), video);
		sheet = await importable('sheet-to-jobs.json', session());
		const url = callbackUrl(session(), nodeOf(video, 'Video Has Ended'));
		Object.assign(nodeOf(sheet, 'Generate Without Waiting').parameters.options as object, {
			callbackUrl: url,
		});
		sheetId = await publish(session(), sheet);
	}, 60_000);

	it('rows become jobs, and callbacks bring the links back to their rows', async () => {
		const { sandbox } = session();
		const execution = await run();
		expect(execution.status).toBe('success');
		// The empty prompt is refused, the last row has its job already.
		expect(sandbox.jobs()).toHaveLength(3);
		const [fox, boat, , garden] = prompts.map((prompt) => jobOf(prompt)?.id);
		expect((await rows()).map((row) => row.job_id)).toEqual([
			fox,
			boat,
			null,
			garden,
			'from-an-earlier-run',
		]);

		await until('every row has a status', async () =>
			(await rows()).slice(0, 4).every((row) => row.status),
		);
		const completed = (prompt: string) => ({
			job_id: jobOf(prompt)?.id,
			status: 'completed',
			video_url: jobOf(prompt)?.videoUrl,
			error: '',
		});
		expect(await rows()).toEqual([
			expect.objectContaining(completed(prompts[0])),
			expect.objectContaining({
				job_id: boat,
				status: 'failed',
				video_url: '',
				error: expect.stringMatching(/content/i),
			}),
			expect.objectContaining({
				job_id: null,
				status: 'failed',
				video_url: null,
				error: expect.stringMatching(/prompt/i),
			}),
			expect.objectContaining(completed(prompts[3])),
			expect.objectContaining({ job_id: 'from-an-earlier-run', status: null, video_url: null }),
		]);

		await run();
		expect(sandbox.count({ call: 'submit' })).toBe(3);
	}, 60_000);

	it('one workflow does it all, and asks again for what was late', async () => {
		const { client, sandbox } = session();
		const late = 'a lighthouse #sandbox:seconds=8';
		const begun = ['a mill', 'a bridge #sandbox:content-policy', '', late];
		await client.addRows(
			tableId,
			begun.map((prompt) => ({ prompt, image_urls: 'https://cdn.example.org/fox.png' })),
		);
		const workflow = await importable('sheet-to-videos.json', session());
		Object.assign(nodeOf(workflow, 'Generate and Wait').parameters.options as object, {
			pollInterval: 1,
			timeout: 0.1,
		});
		Object.assign(nodeOf(workflow, 'Ten Minutes').parameters, { amount: 5, unit: 'seconds' });
		const id = await client.createWorkflow(workflow);
		const all = async () => await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		const execution = await all();
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Ask Again').map(({ json }) => json.jobId)).toEqual([
			jobOf(late)?.id,
		]);
		const ended = (prompt: string) => ({
			prompt,
			job_id: jobOf(prompt)?.id,
			status: 'completed',
			video_url: jobOf(prompt)?.videoUrl,
			error: '',
		});
		expect((await rows()).slice(-4)).toEqual([
			expect.objectContaining(ended(begun[0])),
			expect.objectContaining({ status: 'failed', error: expect.stringMatching(/content/i) }),
			expect.objectContaining({ status: 'failed', error: expect.stringMatching(/prompt/i) }),
			expect.objectContaining(ended(late)),
		]);
		await all();
		expect(sandbox.count({ call: 'submit' })).toBe(3);
	}, 60_000);

	it('as they are shipped, they order nothing before a callback URL is given', async () => {
		const { client, sandbox } = session();
		await client.addRows(tableId, [
			{ prompt: 'too early', image_urls: 'https://cdn.example.org/fox.png' },
		]);
		const shipped = await importable('sheet-to-jobs.json', session());
		const id = await client.createWorkflow(shipped);
		await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		expect(sandbox.count({ call: 'submit' })).toBe(0);
		expect((await rows()).at(-1)).toMatchObject({
			status: 'failed',
			error: expect.stringContaining('callback URL'),
		});
	}, 60_000);
});

describe('a trigger in the workflow of the node that generates', () => {
	const parameters = { options: { callbackThisWorkflow: true, metadata: '{ "row": 7 }' } };

	it.each(['separate', 'combined'] as const)(
		'is called without its URL being copied; binary data: %s',
		async (binaryMode) => {
			const { client, sandbox } = session();
			const workflow = veoWorkflow(session(), { prompts: ['a fox'], parameters });
			workflow.settings = { binaryMode };
			const trigger = triggerNode(session(), 'fal');
			workflow.nodes.push(trigger);
			const id = await publish(session(), workflow);
			const started = await client.waitForExecution(await client.runWorkflow(id, 'Start'));
			expect(started.status).toBe('success');

			const called = async () =>
				(await client.executionsOf(id)).filter(({ mode }) => mode === 'webhook');
			await until('the trigger has run', async () => (await called()).length > 0);
			const [first, ...others] = await called();
			expect(others).toEqual([]);
			const execution = await client.waitForExecution(first.id);
			const [job] = sandbox.jobs();
			expect(outputOf(execution, trigger.name)).toMatchObject([
				{ json: { jobId: job.id, videoUrl: job.videoUrl, metadata: { row: 7 } } },
			]);
		},
		60_000,
	);

	it('is missed before anything is submitted while the workflow is not published', async () => {
		const { client, sandbox } = session();
		const workflow = veoWorkflow(session(), { prompts: ['a fox'], parameters });
		workflow.nodes.push(triggerNode(session(), 'fal'));
		const id = await client.createWorkflow(workflow);
		const execution = await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		expect(execution.data.resultData.error?.message).toContain('no active');
		expect(sandbox.count({ call: 'submit' })).toBe(0);
	}, 60_000);
});

it('a workflow is built with the test URL and the sandbox', async () => {
	const { client, n8n, sandbox } = session();
	const trigger = triggerNode(session(), 'fal');
	const listening = { name: 'Listens', nodes: [trigger], connections: {} };
	const listeningId = await client.createWorkflow(listening);
	await client.listenForTestEvent(listeningId, trigger.name);
	const url = `${n8n.url}/webhook-test/${trigger.webhookId}/callback`;
	await runOnce(
		session(),
		veoWorkflow(session(), {
			prompts: ['a fox'],
			parameters: { options: { callbackUrl: url, metadata: '{ "row": 7 }' } },
		}),
	);
	await until('the trigger has run', async () => {
		return (await client.executionsOf(listeningId)).length > 0;
	});
	const [{ id }] = await client.executionsOf(listeningId);
	expect(outputOf(await client.waitForExecution(id), trigger.name)).toMatchObject([
		{ json: { jobId: sandbox.jobs()[0].id, metadata: { row: 7 } } },
	]);
}, 60_000);
