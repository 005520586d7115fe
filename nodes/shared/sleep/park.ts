import type { IExecuteFunctions } from 'n8n-workflow';

import type { Item } from '../n8n/item';
import { withError } from '../job/job';
import { sleepWith } from '../n8n/platform';
import { jobOutcomeOf, toItems } from '../output/jobItem';
import { isAwaited } from '../output/outcome';
import type { JobOutcome, Outcome } from '../output/outcome';
import type { Failure } from '../types';
import { beginSleep, earlierSleep } from './sleep';
import type { Sleep } from './sleep';

/**
 * The error of a job that leaves at the deadline. It is written before, because n8n does not run
 * the node again.
 */
const unfinished: Failure = {
	code: 'timeout',
	message: 'not finished in time, or its callback was lost: use Job > Get',
	retryable: true,
};

/**
 * Puts the execution to sleep. Its input is replaced by the jobs: they are what the webhook reads
 * when a provider calls, and what n8n passes on at the deadline.
 *
 * @param until when it ends at the latest: milliseconds since the epoch
 */
export async function park(
	functions: IExecuteFunctions,
	outcomes: Outcome[],
	until: number,
): Promise<Sleep> {
	const parked = outcomes.map((outcome) =>
		isAwaited(outcome) ? { ...outcome, job: withError(outcome.job, unfinished) } : outcome,
	);
	const node = functions.getNode();
	const sleep = beginSleep(functions, until);
	await sleepWith(functions, toItems(node, parked), until);
	// Where somebody stops the execution, the editor does not show what it has parked.
	const jobIds = outcomes.filter(isAwaited).map(({ job }) => job.jobId);
	functions.logger.info(`${node.name}: asleep until these jobs have ended: ${jobIds.join(', ')}`);
	return sleep;
}

/**
 * Sleeps again until the same time, if this very run has parked jobs before. n8n's Retry On Fail
 * runs a node again when its first item has an error, and the input is then the parked jobs.
 */
export async function parkAgain(
	functions: IExecuteFunctions,
	items: Item[],
): Promise<Outcome[] | undefined> {
	const sleep = earlierSleep(functions);
	if (!sleep) return undefined;
	await functions.putExecutionToWait(new Date(sleep.until));
	return items.map(parkedOutcome);
}

/** The outcome that was parked as this item's input. */
export function parkedOutcome(item: Item): JobOutcome {
	const outcome = jobOutcomeOf(item);
	return isAwaited(outcome) ? { ...outcome, job: { ...outcome.job, error: null } } : outcome;
}
