import type { IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import { runIndexOf } from '../n8n/item';
import type { Item } from '../n8n/item';
import { hasEnded } from '../job/job';
import type { VideoJob } from '../job/job';
import { toItem } from '../output/outcome';
import type { JobOutcome, Outcome } from '../output/outcome';
import type { Failure } from '../types';
import { DayCache } from './dayCache';

/** What is found in an item that leaves at the deadline; n8n does not run the node again for it. */
const unfinished: Failure = {
	code: 'timeout',
	message: 'not finished in time, or its callback was lost: use Job, Get',
	retryable: true,
};

/** A job that was accepted and may still end. */
export const isAwaited = (outcome: Outcome): outcome is JobOutcome =>
	'job' in outcome && outcome.job.jobId !== null && !hasEnded(outcome.job);

/** The sleeps of this process, by execution and node; one that another process parked is not here. */
const sleeping = new DayCache<{ firstJobId?: string | null; until: number }>();

const nameSleep = (execution: string, node: INode) => `${execution}/${node.id}`;

/** Job ids are new in each round of a loop, in which execution and node stay the same. */
const firstAwaited = (outcomes: Outcome[]) => outcomes.find(isAwaited)?.job.jobId;

/** Which sleep of the node it is, by the jobs that are parked. */
export const sleepKeyOf = (execution: string, node: INode, outcomes: Outcome[]) =>
	`${nameSleep(execution, node)}/${firstAwaited(outcomes)}`;

/** When the sleep ends; undefined where it has ended already, `fallback` where that is not known. */
export function deadlineOf(
	execution: string,
	node: INode,
	outcomes: Outcome[],
	fallback: number,
): number | undefined {
	const known = sleeping.get(nameSleep(execution, node));
	if (!known) return fallback;
	return known.firstJobId === firstAwaited(outcomes) ? known.until : undefined;
}

/** Sleeps of this execution by the run of the node, for its next try in the same run. */
interface SleepContext {
	veoSleeps?: Record<string, { executionId: string; until: number }>;
}

const sleepsIn = (functions: IExecuteFunctions) => {
	const context = functions.getContext('node') as SleepContext;
	return (context.veoSleeps ??= {});
};

/**
 * Puts the execution to sleep. Its input is replaced by the jobs: they are what the webhook reads
 * when a provider calls, and what n8n passes on at the deadline.
 */
export async function park(
	functions: IExecuteFunctions,
	outcomes: Outcome[],
	until: number,
): Promise<void> {
	const useErrorOutput = functions.getNode().onError === 'continueErrorOutput';
	const parked = outcomes.map((outcome) =>
		toItem(
			isAwaited(outcome) ? { ...outcome, job: { ...outcome.job, error: unfinished } } : outcome,
			useErrorOutput,
		),
	);
	const executionId = functions.getExecutionId();
	sleepsIn(functions)[runIndexOf(functions)] = { executionId, until };
	const sleep = { firstJobId: firstAwaited(outcomes), until };
	sleeping.set(nameSleep(executionId, functions.getNode()), sleep, Date.now());
	// A new array: the old one is also the output of the node before. Not by getInputData(), which
	// is a copy under Execute Once.
	functions.getExecuteData().data.main = [parked];
	await functions.putExecutionToWait(new Date(until));
}

/**
 * What this very run has parked before, asleep again until the same time: n8n's Retry On Fail runs
 * a node again whose first item has an error, and its input are then the parked jobs.
 */
export async function parkAgain(
	functions: IExecuteFunctions,
	items: Item[],
): Promise<Outcome[] | undefined> {
	const sleep = sleepsIn(functions)[runIndexOf(functions)];
	if (!sleep || sleep.executionId !== functions.getExecutionId()) return undefined;
	await functions.putExecutionToWait(new Date(sleep.until));
	return items.map(outcomeOfParked);
}

/** The outcome that was parked as this item's input. */
export function outcomeOfParked(item: Item): JobOutcome {
	const { json } = item.input as INodeExecutionData;
	const { raw = null, ...job } = (json.details ?? json.message ?? json) as unknown as VideoJob &
		Pick<JobOutcome, 'raw'>;
	const outcome = { item, job, raw };
	return isAwaited(outcome) ? { ...outcome, job: { ...job, error: null } } : outcome;
}
