import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';
import type { INodeParameters } from 'n8n-workflow';

import type { Execution, TableRow, Workflow } from '../../../scripts/n8n/rest.mts';
import { importable, nodeOf, WORKFLOWS } from '../callbackWorkflows.mts';
import type { TestSession } from '../n8nSession.mts';

const IMAGE = 'https://cdn.example.org/fox.png';

/** What the tests of the workflows that are offered for import share: the table, and two runs. */
export type Offered = ReturnType<typeof offeredIn>;

export function offeredIn(session: () => TestSession) {
	let columns: string[];
	let tableId: string;

	beforeAll(async () => {
		const example = await readFile(join(WORKFLOWS, 'veo-videos.csv'), 'utf8');
		[columns] = parse(example) as string[][];
	});
	// As its user makes it from the file, for each workflow anew.
	beforeEach(async () => {
		tableId = await session().client.createTable('Veo Videos', columns);
	});
	afterEach(async () => await session().client.deleteTable(tableId));

	/** Rows as a person writes them: the cells that are not given are empty. */
	async function addRows(...rows: TableRow[]): Promise<void> {
		const empty = Object.fromEntries(columns.map((column): [string, null] => [column, null]));
		const full = rows.map((row) => ({ ...empty, image_urls: IMAGE, ...row }));
		await session().client.addRows(tableId, full);
	}

	const rows = async () => await session().client.readRows(tableId);

	const submits = (provider?: string) => session().sandbox.count({ provider, call: 'submit' });

	const jobOf = (prompt: string) => {
		const job = session()
			.sandbox.jobs()
			.find((candidate) => candidate.prompt === prompt);
		if (!job) throw new Error(`The sandbox has no job "${prompt}".`);
		return job;
	};

	/** The row of a job that the sandbox has made a video of. */
	const completed = (prompt: string, more: TableRow = {}) =>
		expect.objectContaining({
			prompt,
			job_id: jobOf(prompt).id,
			status: 'completed',
			video_url: jobOf(prompt).videoUrl,
			error: '',
			...more,
		});

	/** The row of a job or a request that has failed. */
	const failed = (prompt: string, why: RegExp, more: TableRow = {}) =>
		expect.objectContaining({
			prompt,
			status: 'failed',
			error: expect.stringMatching(why),
			...more,
		});

	/** A run from this trigger, as a person or the clock starts it, to its end. */
	async function run(workflowId: string, trigger: string): Promise<Execution> {
		const { client } = session();
		const execution = await client.waitForExecution(await client.runWorkflow(workflowId, trigger));
		const { status, data } = execution;
		expect({ status, error: data.resultData.error?.message }).toEqual({ status: 'success' });
		return execution;
	}

	return {
		session,
		addRows,
		rows,
		submits,
		jobOf,
		completed,
		failed,
		run,
		imported: async (file: string) => await importable(file, session()),
	};
}

/** Changes parameters of a node, as its user does in the editor. */
export function setIn(workflow: Workflow, node: string, parameters: INodeParameters): void {
	Object.assign(nodeOf(workflow, node).parameters, parameters);
}

/** The same for its options. */
export function setOptionsIn(workflow: Workflow, node: string, options: INodeParameters): void {
	Object.assign(nodeOf(workflow, node).parameters.options as object, options);
}
