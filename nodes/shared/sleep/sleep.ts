import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import { tokenLifeMs } from '../callback/token';
import { Patience } from '../job/wait';
import { runIndexOf } from '../n8n/platform';
import { sleepsOf, sleepsOfSleeper } from '../n8n/state';
import type { SleepRecord } from '../n8n/state';
import type { JobOutcome } from '../output/outcome';
import { ExpiringCache } from '../time/expiringCache';
import { Gathering } from './gathering';

/**
 * The result of a job that has ended. Its item is left out, because it would keep the whole
 * execution in memory.
 */
export type Ended = Pick<JobOutcome, 'job' | 'raw'>;

/** One sleep of a node, and what this process knows of its jobs. It is only a cache. */
export class Sleep {
	readonly gathering = new Gathering<Ended>();

	/** One refusal may come from a gateway by chance, and the provider calls again. */
	readonly patience = new Patience([]);

	/** The run of the node in its execution: in a loop, one sleep follows the other. */
	readonly run: number;

	/** When n8n wakes the execution at the latest: milliseconds since the epoch. */
	readonly until: number;

	/** The key that the watcher seals its tokens with, where it lives in this process. */
	watcherKey?: string;

	readonly #watching = new AbortController();

	constructor(run: number, until: number) {
		this.run = run;
		this.until = until;
	}

	/** After this time the execution is left to n8n's deadline. */
	get lastCall(): number {
		return this.until - quietMs;
	}

	/** Aborted when the execution has been woken: nobody need watch any more. */
	get signal(): AbortSignal {
		return this.#watching.signal;
	}

	/** The execution goes on; what is known of its jobs is not needed any more. */
	end(): void {
		this.gathering.forget();
		this.#watching.abort();
	}
}

/**
 * n8n arms a timer up to 70 seconds before the deadline and does not clear it when a call wakes the
 * execution: the next sleep of that execution would be cut short by it.
 */
const quietMs = 75_000;

/** The net is for processes that have died: in time, the node's own watcher wakes the execution. */
export const netMs = 2 * 60 * 1000;

/** The latest sleep of each node and execution that this process has parked, or was called about. */
const sleeps = new ExpiringCache<Sleep>(tokenLifeMs, 10_000);

/** Names the node in its execution, of which n8n calls whichever sleeps. */
export const sleeperOf = (functions: IExecuteFunctions | IWebhookFunctions) =>
	`${functions.getExecutionId()}/${functions.getNode().id}`;

/** Notes that this run of the node sleeps from now on: in n8n's storage, and for this process. */
export function beginSleep(functions: IExecuteFunctions, until: number): Sleep {
	const executionId = functions.getExecutionId();
	const run = runIndexOf(functions);
	sleepsOf(functions)[run] = { executionId, until };
	const sleep = new Sleep(Number(run), until);
	sleeps.set(sleeperOf(functions), sleep, Date.now());
	return sleep;
}

/** The sleep that an earlier try of this very run has begun. */
export function earlierSleep(functions: IExecuteFunctions): SleepRecord | undefined {
	const sleep = sleepsOf(functions)[runIndexOf(functions)];
	return sleep?.executionId === functions.getExecutionId() ? sleep : undefined;
}

/** The sleep out of which the node is called; undefined where it is known to have ended. */
export function sleepOf(functions: IWebhookFunctions): Sleep | undefined {
	const executionId = functions.getExecutionId();
	// The records are in the order of the runs. Those of an execution that this one retries are not
	// asleep.
	const [run, record] =
		Object.entries(sleepsOfSleeper(functions))
			.filter(([, { executionId: owner }]) => owner === executionId)
			.at(-1) ?? [];
	if (record === undefined) return undefined;
	const known = latestSleep(functions);
	if (known && known.run > Number(run)) return undefined;
	const sleep = known?.run === Number(run) ? known : new Sleep(Number(run), record.until);
	sleeps.set(sleeperOf(functions), sleep, Date.now());
	return sleep;
}

/**
 * The key of the watcher, where it lives in this process: it opens the watcher's tokens also when
 * the credential has been changed or deleted, or has an expression about the items in it, which n8n
 * does not evaluate for a webhook.
 */
export const watcherKeyOf = (functions: IWebhookFunctions): string | undefined =>
	latestSleep(functions)?.watcherKey;

/**
 * Whether the execution has gone on since it was called out of this sleep: n8n handed it to the
 * webhook as it was then.
 */
export const isOver = (functions: IWebhookFunctions, { run }: Sleep): boolean =>
	(latestSleep(functions)?.run ?? run) > run;

const latestSleep = (functions: IWebhookFunctions) => sleeps.get(sleeperOf(functions), Date.now());
