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
export const jobsThatLeft = async (client: N8nClient, open: Open[]): Promise<Left[]> =>
	await jobsOf(client, open, 'leaves', leftOf);

/** Every job that a workflow which only submits has put out. */
export async function jobsSubmitted(client: N8nClient, open: Open[]): Promise<Left[]> {
	const submitting = open.filter(({ submits, leaves }) => submits !== leaves);
	return await jobsOf(client, submitting, 'submits', (execution) =>
		itemsOf(execution, 'Veo').map((item) => ({ executionId: execution.id, ...described(item) })),
	);
}

/** What there is to find in the executions of some workflows. */
async function jobsOf(
	client: N8nClient,
	open: Open[],
	workflow: 'submits' | 'leaves',
	find: (execution: Execution) => Found[],
): Promise<Left[]> {
	const jobs: Left[] = [];
	for (const { way, [workflow]: workflowId } of open) {
		const executions = await client.executionsOf(workflowId);
		const found = await concurrently(executions, READS_AT_A_TIME, async ({ id }) =>
			find(await client.getExecution(id)),
		);
		jobs.push(...found.flat().map((job) => ({ way, ...job })));
	}
	return jobs;
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
