import type { INodeExecutionData } from 'n8n-workflow';

import { concurrently } from '../../nodes/shared/time/concurrently.ts';
import type { Execution, N8nClient } from '../n8n/rest.mts';
import type { Open } from './load.mts';
import type { Way } from './ways.mts';

const READS_AT_A_TIME = 5;

/** A job that has come out of an execution, or whose ID stands in one that has broken off. */
export interface Left {
	way: Way;
	executionId: string;
	jobId: string;
	/** Undefined where the execution has broken off. */
	prompt?: string;
	/** With what the item left. */
	status?: string;
	code?: string;
	/** The same job, as the Get behind has found it. */
	later?: unknown;
}

/** Every job that has left, as often as it has. */
export async function jobsThatLeft(client: N8nClient, open: Open[]): Promise<Left[]> {
	const left: Left[] = [];
	for (const { way, leaves } of open) {
		const executions = await client.executionsOf(leaves);
		const found = await concurrently(executions, READS_AT_A_TIME, async ({ id }) =>
			leftOf(await client.getExecution(id)),
		);
		left.push(...found.flat().map((job) => ({ way, ...job })));
	}
	return left;
}

/** The IDs that executions which only submit have put out, by prompt. */
export async function jobsSubmitted(
	client: N8nClient,
	{ submits }: Open,
): Promise<Map<string, string>> {
	const executions = await client.executionsOf(submits);
	const found = await concurrently(executions, READS_AT_A_TIME, async ({ id }) =>
		itemsOf(await client.getExecution(id), 'Veo').map(described),
	);
	return new Map(found.flat().map(({ prompt, jobId }) => [String(prompt), jobId]));
}

type Found = Omit<Left, 'way'>;

function leftOf(execution: Execution): Found[] {
	const executionId = execution.id;
	if (execution.status !== 'success') {
		const ids = JSON.stringify(execution.data).matchAll(/"jobId":"([^"]+)"/g);
		return [...new Set([...ids].map(([, jobId]) => jobId))].map((jobId) => ({
			executionId,
			jobId,
		}));
	}
	const got = itemsOf(execution, 'Get');
	return itemsOf(execution, 'Left').map((item, index) => ({
		executionId,
		...described(item),
		later: got[index]?.json.status,
	}));
}

/** Of all runs of a node: it should have one, and a second one has to show. */
const itemsOf = ({ data }: Execution, node: string): INodeExecutionData[] =>
	(data.resultData.runData[node] ?? []).flatMap((run) => run.data?.main[0] ?? []);

function described({ json }: INodeExecutionData) {
	const { jobId, status, error, metadata } = json as unknown as {
		jobId: string;
		status: string;
		error: { code: string } | null;
		metadata: { prompt: string } | null;
	};
	return { jobId, status, code: error?.code, prompt: metadata?.prompt };
}
