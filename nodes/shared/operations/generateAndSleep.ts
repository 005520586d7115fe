import { tokenLifeMs } from '../callback/token';
import { concurrently } from '../time/concurrently';
import type { Item } from '../n8n/item';
import { executionOf } from '../n8n/platform';
import { jobInState } from '../job/job';
import { isAwaited } from '../output/outcome';
import type { Outcome } from '../output/outcome';
import { lookAtJob } from '../job/read';
import { park, parkAgain } from '../sleep/park';
import { readResumeAddress } from '../sleep/resumeAddress';
import { generateAndWait, pollUntilEnded, readWaitOptions } from './generateAndWait';
import { submitAll } from './submitAll';
import type { Submitted } from './submitAll';

/**
 * Submits every item and sleeps until the provider has called back about each; polls instead where
 * it cannot be called back.
 */
export async function generateAndSleep(items: Item[], stopOnError: boolean): Promise<Outcome[]> {
	const [first] = items;
	if (!first) return [];
	const functions = executionOf(first);
	const parked = await parkAgain(functions, items);
	if (parked) return parked;
	const address = await readResumeAddress(first);
	if (address === undefined) return await generateAndWait(items, stopOnError);

	const waitOptions = readWaitOptions(first);
	const { timeoutMs, concurrency } = waitOptions;
	const execution = functions.getExecutionId();
	const submissions = await submitAll(items, stopOnError, async () => ({
		address,
		execution,
		expires: Date.now() + timeoutMs + tokenLifeMs,
		// The parked items hold the metadata.
		metadata: null,
	}));
	// Inherited jobs call back to the failed execution, so poll for them.
	if (submissions.some((submission) => 'accepted' in submission && submission.accepted.isInherited))
		return await pollUntilEnded(submissions, waitOptions);
	// While the execution is being saved, n8n turns callbacks away, and not every provider calls
	// again.
	const outcomes = await concurrently(submissions, concurrency, async (submission) =>
		'error' in submission ? submission : await readBeforeSleep(submission),
	);
	if (outcomes.some(isAwaited)) await park(functions, outcomes, Date.now() + timeoutMs);
	return outcomes;
}

async function readBeforeSleep({ item, accepted, facts }: Submitted): Promise<Outcome> {
	const { state, raw } = await lookAtJob(item, facts.jobId);
	// The provider may not know a job yet that it has just accepted.
	const known = state.status === 'unreadable' ? { status: accepted.status } : state;
	return { item, job: jobInState(item.provider, facts, known), raw };
}
