import { tokenLifeMs } from '../callback/token';
import { concurrently } from '../time/concurrently';
import { isTool } from '../n8n/item';
import type { Item } from '../n8n/item';
import { executionOf, hint } from '../n8n/platform';
import { jobInState } from '../job/job';
import { isAwaited } from '../output/outcome';
import type { JobOutcome, Outcome } from '../output/outcome';
import { lookAtJob } from '../job/read';
import { park, parkAgain } from '../sleep/park';
import { readPlan } from '../sleep/plan';
import type { SleepPlan } from '../sleep/plan';
import { netMs, sleeperOf } from '../sleep/sleep';
import { copyForWatcher, watch } from '../sleep/watcher';
import { afterSubmit } from './afterSubmit';
import { submitAll } from './submitAll';
import type { Submission, Submitted } from './submitAll';
import { pollUntilEnded, readWaitOptions } from './waitAwake';

/**
 * Submits every item, then sleeps until each job has ended: woken by the provider's callbacks or by
 * the node's own watcher. Stays awake where n8n would not hand the result on after a sleep.
 */
export async function generateAndWait(items: Item[], stopOnError: boolean): Promise<Outcome[]> {
	const [first] = items;
	if (!first) return [];
	// Read before anything is submitted, because it may be wrong.
	const waitOptions = readWaitOptions(first);
	const wait = async (submissions: Submission[]) =>
		await afterSubmit(submissions, async () => await pollUntilEnded(submissions, waitOptions));
	if (isTool(first)) return await wait(await submitAll(items, stopOnError));

	const functions = executionOf(first);
	const parked = await parkAgain(functions, items);
	if (parked) return parked;
	const plan = await readPlan(first);
	if (!('address' in plan)) {
		if (plan.hint) hint(functions, plan.hint);
		return await wait(await submitAll(items, stopOnError));
	}
	const submissions = await submitAll(
		items,
		stopOnError,
		plan.byCallback ? async () => targetOf(plan, sleeperOf(functions), waitOptions) : noTarget,
	);
	return await afterSubmit(submissions, async () => {
		// While the execution is being saved, n8n turns callbacks away, and not every provider calls
		// again.
		const outcomes = await concurrently(submissions, waitOptions.concurrency, async (submission) =>
			'error' in submission ? submission : await readBeforeSleep(submission),
		);
		const awaited = outcomes.filter(isAwaited);
		if (awaited.length > 0)
			await sleepUntilEnded(outcomes, awaited, plan, submissions, waitOptions);
		return outcomes;
	});
}

const noTarget = async () => undefined;

const targetOf = (
	{ address }: SleepPlan,
	sleeper: string,
	{ timeoutMs }: { timeoutMs: number },
) => ({
	address,
	sleeper,
	expires: Date.now() + timeoutMs + tokenLifeMs,
	// The parked items hold the metadata.
	metadata: null,
});

async function readBeforeSleep({ item, accepted, facts }: Submitted): Promise<Outcome> {
	const { state, raw } = await lookAtJob(item, facts);
	// The provider may not know a job yet that it has just accepted.
	const known = state.status === 'unreadable' ? { status: accepted.status } : state;
	return { item, job: jobInState(item.provider, facts, known), raw };
}

async function sleepUntilEnded(
	outcomes: Outcome[],
	awaited: JobOutcome[],
	{ address, byPolling }: SleepPlan,
	submissions: Submission[],
	{ intervalMs, timeoutMs }: { intervalMs: number; timeoutMs: number },
): Promise<void> {
	const functions = executionOf(awaited[0].item);
	// Inherited jobs call back to the failed execution, so poll for them.
	const areInherited = submissions.some(
		(submission) => 'accepted' in submission && submission.accepted.isInherited,
	);
	const jobs = await Promise.all(
		awaited.map(async ({ item, job, raw }) => ({ item: await copyForWatcher(item), job, raw })),
	);
	const endsAt = Date.now() + timeoutMs;
	const sleep = await park(functions, outcomes, endsAt + netMs);
	void watch({
		sleep,
		sleeper: sleeperOf(functions),
		address,
		jobs,
		endsAt,
		intervalMs: byPolling || areInherited ? intervalMs : undefined,
	});
}
