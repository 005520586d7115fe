import { jobInState, withFailure } from '../job/job';
import { paidInThisRun } from '../job/ledger';
import type { Item } from '../n8n/item';
import { executionOf } from '../n8n/platform';
import type { Outcome } from '../output/outcome';
import type { Failure } from '../types';
import { describeText } from '../wire/answers';
import type { Submission } from './submitAll';

/**
 * Does what follows a submit. Whatever happens then, an execution that is stopped or an error, the
 * jobs are paid for: they leave with their IDs.
 */
export async function afterSubmit(
	submissions: Submission[],
	work: () => Promise<Outcome[]>,
): Promise<Outcome[]> {
	try {
		return await work();
	} catch (error) {
		return submissions.map((submission) => {
			if ('error' in submission) return submission;
			const { item, accepted, facts } = submission;
			const job = jobInState(item.provider, facts, { status: accepted.status });
			return { item, job: withFailure(item.provider, job, interruption(item, error as Error)) };
		});
	}
}

const interruption = ({ signal }: Item, { message }: Error): Failure => ({
	code: 'timeout',
	message: signal?.aborted
		? 'the execution was stopped while this node waited'
		: `the wait has failed: ${describeText(message) || 'there was no message'}`,
	retryable: true,
});

/**
 * Names the jobs of a run whose execution was stopped. n8n drops whatever the node returns or keeps
 * then; its log is the only place that is left.
 */
export function warnIfStopped([first]: Item[]): void {
	if (!first?.signal?.aborted) return;
	const jobIds = paidInThisRun(first);
	if (jobIds.length === 0) return;
	const { name } = first.node;
	executionOf(first).logger.warn(
		`${name}: the execution was stopped, but ${first.provider.displayName} had accepted these jobs, which go on and may be billed. Collect them with Job > Get: ${jobIds.join(', ')}`,
	);
}
