import { longestTimeoutMinutes } from '../input/limits';
import { badInput } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { explained, jobInState } from '../job/job';
import type { Outcome } from '../output/outcome';
import { lookAtJob } from '../job/read';
import { optionsOf, readNumber } from '../input/parameters';
import { waitForJobs } from '../job/wait';
import type { WaitOptions, WaitResult } from '../job/wait';
import { concurrencyOf } from './submitAll';
import type { Submission, Submitted } from './submitAll';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Asks about the jobs until each has ended. */
export async function pollUntilEnded(
	submissions: Submission[],
	waitOptions: Omit<WaitOptions, 'clock'>,
): Promise<Outcome[]> {
	const submitted = submissions.filter((submission) => 'accepted' in submission);
	const results = await waitForJobs(
		submitted.map(({ facts }) => facts.jobId),
		async (_, index) => await lookAtJob(submitted[index].item, submitted[index].facts),
		waitOptions,
	);
	const outcomes = new Map(
		submitted.map((entry, index) => [entry.item, outcomeOfWait(entry, results[index])]),
	);
	return submissions.map((submission) =>
		'error' in submission ? submission : (outcomes.get(submission.item) as Outcome),
	);
}

/** The first item's options hold for all items, because their jobs are waited for together. */
export function readWaitOptions(item: Item): Omit<WaitOptions, 'clock'> {
	const { pollInterval = 10, timeout = 15 } = optionsOf(item);
	const minutes = Math.max(0, readNumber(item, 'Timeout', timeout));
	if (minutes > longestTimeoutMinutes) {
		throw badInput(
			item,
			`Timeout is ${minutes} minutes; the maximum is ${longestTimeoutMinutes} (a week)`,
			'Give the minutes to wait, not a point in time, or check the expression',
		);
	}
	return {
		intervalMs: Math.max(1, readNumber(item, 'Poll Interval', pollInterval)) * secondMs,
		timeoutMs: minutes * minuteMs,
		concurrency: concurrencyOf([item]),
		signal: item.signal,
	};
}

/** A job that did not end keeps its last state: it is paid for, and Get can ask for it later. */
function outcomeOfWait({ item, facts }: Submitted, { last, gaveUp }: WaitResult): Outcome {
	const job = jobInState(item.provider, facts, last.state);
	if (gaveUp) job.error = explained(item.provider, gaveUp);
	return { item, job, raw: last.raw };
}
