import type { N8nClient } from '../../../scripts/n8n/rest.mts';

/** An execution that no worker has begun. */
export interface GivenUp {
	id: string;
	/** What its webhook was called with. */
	prompts: string[];
}

/**
 * Executions that a worker had taken from the queue when it was stopped or killed, before it began
 * them. n8n gives such an execution up instead of running it twice ("job stalled more than
 * maxStalledCount"), also where it has not run at all.
 */
export async function executionsGivenUp(client: N8nClient): Promise<GivenUp[]> {
	const failed = await client.executionsWith('error');
	const executions = await Promise.all(failed.map(async ({ id }) => await client.getExecution(id)));
	return executions.flatMap(({ id, data }) => {
		if (!/too many times/.test(data.resultData.error?.message ?? '')) return [];
		const [called] = data.executionData?.nodeExecutionStack ?? [];
		const { body } = (called?.data.main[0]?.[0]?.json ?? {}) as { body?: { prompts: string[] } };
		return [{ id, prompts: body?.prompts ?? [] }];
	});
}
