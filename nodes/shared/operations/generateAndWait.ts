import type { Item } from '../item';
import { explained, jobInState } from '../job';
import type { Outcome } from '../outcome';
import { readJob, unreadBecause } from '../read';
import { optionsOf, readNumber } from '../request';
import { waitForJobs } from '../wait';
import type { WaitResult } from '../wait';
import { concurrencyOf, submitAll } from './submitAll';
import type { Submitted } from './submitAll';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Submits every item, then asks about the jobs until each has ended. */
export async function generateAndWait(items: Item[], stopOnError: boolean): Promise<Outcome[]> {
	if (items.length === 0) return [];
	const waitOptions = readWaitOptions(items[0]);
	const submissions = await submitAll(items, stopOnError);
	const submitted = submissions.filter((submission) => 'accepted' in submission);
	const results = await waitForJobs(
		submitted.map(({ facts }) => facts.jobId),
		// Whatever goes wrong with a question, the jobs are paid for and must leave the node.
		async (jobId, index) => await readJob(submitted[index].item, jobId).catch(unreadBecause),
		{ ...waitOptions, concurrency: concurrencyOf(items) },
	);
	const outcomes = new Map(
		submitted.map((entry, index) => [entry.item, outcomeOfWait(entry, results[index])]),
	);
	return submissions.map((submission) =>
		'error' in submission ? submission : (outcomes.get(submission.item) as Outcome),
	);
}

/** Of the first item, for all: they are waited for together. */
export function readWaitOptions(item: Item) {
	const { pollInterval = 10, timeout = 15 } = optionsOf(item);
	return {
		intervalMs: Math.max(1, readNumber(item, 'Poll Interval', pollInterval)) * secondMs,
		timeoutMs: Math.max(0, readNumber(item, 'Timeout', timeout)) * minuteMs,
		signal: item.signal,
	};
}

/** A job that did not end keeps its last state: it is paid for, and Get can ask for it later. */
function outcomeOfWait({ item, facts }: Submitted, { last, gaveUp }: WaitResult): Outcome {
	const job = jobInState(item.provider, facts, last.state);
	if (gaveUp) job.error = explained(item.provider, gaveUp);
	return { item, job, raw: last.raw };
}
