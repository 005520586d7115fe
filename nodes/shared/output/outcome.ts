import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';

import type { VideoJob } from '../job/job';
import { hasEnded } from '../job/job';
import { stoppedError } from '../n8n/failure';
import type { NodeFailure } from '../n8n/failure';
import type { Item } from '../n8n/item';
import type { Balance } from '../types';

/** What an item came to: a job that goes on, or an error that the node's On Error decides about. */
export type Outcome = { item: Item } & (
	| { job: VideoJob; raw?: IDataObject | null; binary?: IBinaryKeyData }
	| { balance: Balance; raw: IDataObject }
	| { error: NodeFailure }
);

export type BalanceOutcome = Extract<Outcome, { balance: Balance }>;

export type JobOutcome = Extract<Outcome, { job: VideoJob }>;

/** A job that was accepted and may still end. */
export const isAwaited = (outcome: Outcome): outcome is JobOutcome =>
	'job' in outcome && outcome.job.jobId !== null && !hasEnded(outcome.job);

/** The work's outcome; errors that it throws become one. */
export async function outcomeOf(item: Item, work: () => Promise<Outcome>): Promise<Outcome> {
	try {
		return await work();
	} catch (error) {
		return { item, error: asNodeFailure(item, error) };
	}
}

export function asNodeFailure(item: Item, error: Error): NodeFailure {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	// The reason of an abort says nothing to a user, and may have no message at all.
	if (item.signal?.aborted) return stoppedError(item);
	const failure = new NodeOperationError(item.node, error, { itemIndex: item.index });
	failure.message ||= error.message || 'There was an error without a message';
	return failure;
}
