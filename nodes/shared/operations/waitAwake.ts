import { longestTimeoutMinutes } from '../input/limits';
import { badInput } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { executionOf, hint, isTooOldToWait, timeoutOf } from '../n8n/platform';
import { jobInState, withFailure } from '../job/job';
import type { Outcome } from '../output/outcome';
import { lookAtJob } from '../job/read';
import { optionsOf, readNumber } from '../input/parameters';
import { waitForJobs } from '../job/wait';
import type { WaitOptions, WaitResult } from '../job/wait';
import { concurrencyOf } from './submitAll';
import type { Submission, Submitted } from './submitAll';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Long enough for the items to leave and to be saved. */
const beforeTimeoutMs = 15 * secondMs;

type AwakeOptions = Omit<WaitOptions, 'clock'> & {
	/** When n8n stops the execution: milliseconds since the epoch. */
	stopsAt?: number;
};

/**
 * Asks about the jobs until each has ended, or until shortly before n8n stops the execution: it would
 * throw the IDs away.
 */
export async function pollUntilEnded(
	submissions: Submission[],
	{ stopsAt = Infinity, ...options }: AwakeOptions,
): Promise<Outcome[]> {
	const leftMs = Math.max(0, stopsAt - beforeTimeoutMs - Date.now());
	const isCutShort = leftMs < options.timeoutMs;
	const waitOptions = isCutShort ? { ...options, timeoutMs: leftMs } : options;
	const submitted = submissions.filter((submission) => 'accepted' in submission);
	const results = await waitForJobs(
		submitted.map(({ facts }) => facts.jobId),
		async (_, index) => await lookAtJob(submitted[index].item, submitted[index].facts),
		waitOptions,
	);
	if (isCutShort && results.some(({ gaveUp }) => gaveUp?.code === 'timeout')) {
		hint(executionOf(submitted[0].item), cutShortHint);
	}
	const outcomes = new Map(
		submitted.map((entry, index) => [entry.item, outcomeOfWait(entry, results[index])]),
	);
	return submissions.map((submission) =>
		'error' in submission ? submission : (outcomes.get(submission.item) as Outcome),
	);
}

const cutShortHint =
	"This node stopped waiting 15 seconds before the workflow's timeout, because n8n would have thrown the job IDs away. Get the videos later with Job > Get, or give the workflow more time in its settings.";

/** The first item's options hold for all items, because their jobs are waited for together. */
export function readWaitOptions(item: Item): AwakeOptions {
	if (isTooOldToWait(item)) {
		throw badInput(
			item,
			'this n8n is too old to wait for videos',
			'Update n8n to 1.123.81 or newer; nothing was submitted',
		);
	}
	const { pollInterval = 10, timeout = 15 } = optionsOf(item);
	const minutes = readNumber(item, 'Timeout', timeout);
	if (minutes <= 0 || minutes > longestTimeoutMinutes) {
		throw badInput(
			item,
			`Timeout is ${minutes} minutes; it must be more than 0 and at most ${longestTimeoutMinutes} (a week)`,
			'Give the minutes to wait, not a point in time, or check the expression',
		);
	}
	return {
		intervalMs: Math.max(1, readNumber(item, 'Poll Interval', pollInterval)) * secondMs,
		timeoutMs: minutes * minuteMs,
		concurrency: concurrencyOf([item]),
		signal: item.signal,
		stopsAt: timeoutOf(executionOf(item)),
	};
}

/** A job that did not end keeps its last state: it is paid for, and Get can ask for it later. */
function outcomeOfWait({ item, facts }: Submitted, { last, gaveUp }: WaitResult): Outcome {
	const job = jobInState(item.provider, facts, last.state);
	const known = gaveUp ? withFailure(item.provider, job, gaveUp) : job;
	return { item, job: known, raw: last.raw };
}
