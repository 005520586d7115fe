import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { withToken } from '../callback/address';
import { newNonce, sealToken, tokenLifeMs } from '../callback/token';
import { hasEnded, jobInState, withFailure } from '../job/job';
import type { Reading } from '../job/read';
import { waitForJobs } from '../job/wait';
import type { WaitResult } from '../job/wait';
import { readCredentials } from '../n8n/item';
import type { Item } from '../n8n/item';
import { postToSelf, textOfAnswer } from '../n8n/selfCall';
import type { JobOutcome } from '../output/outcome';
import { jitter, pause } from '../time/pause';
import type { Ended, Sleep } from './sleep';
import { lookInTurn, readsAtATime } from './look';

/** What a watcher works with after the node has returned, when n8n evaluates nothing for it any more. */
export interface Watch {
	sleep: Sleep;
	/** As `sleeperOf` names it. */
	sleeper: string;
	/** The node's resume URL. */
	address: string;
	/** The jobs that are awaited. */
	jobs: JobOutcome[];
	/** How often to ask about them; absent where providers call, and one look at the end is enough. */
	intervalMs?: number;
	/** When the time is up: milliseconds since the epoch. */
	endsAt: number;
}

/** What the last look may take; then there is still time to wake the execution. */
const lastLookMs = 30_000;

/**
 * The item with all that asking about its job takes, read now: n8n releases its expressions when the
 * node has returned.
 */
export async function copyForWatcher(item: Item): Promise<Item> {
	const credentials = await item.credentials();
	const copies = new Map<string, unknown>();
	for (const name of ['requestOptions', 'options.requestOptions']) {
		copies.set(name, item.parameter(name));
	}
	return {
		index: item.index,
		node: item.node,
		provider: item.provider,
		functions: item.functions,
		input: { json: {} },
		credentials: async () => credentials,
		parameter: (name) => copies.get(name) ?? null,
	};
}

/**
 * Lives on after the node has returned: asks about the jobs, then wakes the execution through its
 * own resume URL, at the latest when the time is up. What it has found out is in the sleep already
 * when its call arrives. Never rejects.
 */
export async function watch(watched: Watch): Promise<void> {
	const { sleep, jobs } = watched;
	const { signal } = sleep;
	try {
		sleep.watcherKey = await apiKeyOf(jobs[0].item);
		const results = await followInTime(watched);
		signal.throwIfAborted();
		if (results) learnWhatWasGivenUp(watched, results);
		const isFinal = !results || results.some(({ gaveUp }) => gaveUp?.code === 'timeout');
		await wake(watched, isFinal);
	} catch {
		// Woken by others, or nobody is left to be woken; n8n's own deadline remains as the net.
	}
}

/** Undefined when the last look takes too long: then what is known must do. */
async function followInTime(watched: Watch): Promise<WaitResult[] | undefined> {
	const timer = AbortSignal.timeout(Math.max(0, watched.endsAt + lastLookMs - Date.now()));
	const late = new Promise<undefined>((resolve) => {
		timer.addEventListener('abort', () => resolve(undefined), { once: true });
	});
	return await Promise.race([follow(watched), late]);
}

async function follow(watched: Watch): Promise<WaitResult[]> {
	const { sleep, jobs, intervalMs, endsAt } = watched;
	const { signal } = sleep;
	const ask = asker(watched);
	// With callbacks, one look when the time is up.
	if (intervalMs === undefined) await pause(endsAt - Date.now(), signal);
	return await waitForJobs(
		jobs.map(({ job }) => String(job.jobId)),
		async (_, index) => {
			const reading = await ask(index);
			if (hasEnded(reading.state)) {
				sleep.gathering.learn(jobs[index].item.index, { ended: foundIn(jobs[index], reading) });
			}
			return reading;
		},
		{
			intervalMs: intervalMs ?? 1,
			timeoutMs: endsAt - Date.now(),
			lookAtLeastOnce: true,
			concurrency: readsAtATime,
			signal,
		},
	);
}

/**
 * Asks about a job, with the key that the credential has now if the one from before the sleep is
 * refused. The credential is read again once.
 */
function asker({ jobs, endsAt }: Watch) {
	let newCredentials: Promise<ICredentialDataDecryptedObject | undefined> | undefined;
	return async (index: number): Promise<Reading> => {
		const { item, job } = jobs[index];
		const ask = async (asked: Item) => await lookInTurn(asked, job, Date.now() >= endsAt);
		const reading = await ask(item);
		if (!isKeyRefused(reading)) return reading;
		newCredentials ??= changedCredentials(item);
		const credentials = await newCredentials;
		return credentials ? await ask({ ...item, credentials: async () => credentials }) : reading;
	};
}

const isKeyRefused = ({ state }: Reading) =>
	state.status === 'unreadable' && state.failure.code === 'authentication';

/** Undefined where there is no other key. */
async function changedCredentials(item: Item): Promise<ICredentialDataDecryptedObject | undefined> {
	const before = await item.credentials();
	try {
		const now = await readCredentials(item);
		return now.apiKey && now.apiKey !== before.apiKey ? now : undefined;
	} catch {
		// Deleted, or with an expression in it.
		return undefined;
	}
}

function foundIn({ item, job, raw }: JobOutcome, last: Reading): Ended {
	const current = last.raw === null ? job : jobInState(item.provider, job, last.state);
	return { job: current, raw: last.raw ?? raw };
}

/** What can never be read, or has not ended in time, need not be asked about by the webhook. */
function learnWhatWasGivenUp({ sleep, jobs }: Watch, results: WaitResult[]): void {
	for (const [index, outcome] of jobs.entries()) {
		const { last, gaveUp } = results[index];
		if (!gaveUp) continue;
		const { job, raw } = foundIn(outcome, last);
		const lost = { job: withFailure(outcome.item.provider, job, gaveUp), raw };
		sleep.gathering.learn(outcome.item.index, { lost });
	}
}

const longestBreakMs = 10_000;

/**
 * It has been heard, its token is refused, or the execution is gone or sleeps in another round. With
 * any other answer, as of a proxy before n8n, the next call may be heard.
 */
const endings = [200, 401, 404, 410];

/** Calls until n8n has taken it: it turns callers away while it saves the execution, or restarts. */
async function wake({ sleep, sleeper, address, jobs }: Watch, isFinal: boolean): Promise<void> {
	const [{ item }] = jobs;
	let copy = item;
	for (let attempt = 0; Date.now() < sleep.lastCall; attempt++) {
		const token = sealToken(await apiKeyOf(copy), {
			provider: item.provider.id,
			model: '',
			item: item.index,
			nonce: newNonce(),
			expires: sleep.until + tokenLifeMs,
			metadata: null,
			sleeper,
			watcher: { run: sleep.run, isFinal },
		});
		const answer = await postToSelf(item, withToken(address, token));
		const status = answer?.statusCode;
		const isRunning = /running/.test(textOfAnswer(answer));
		// The credential has been changed while the execution slept: seal once more, with the new key.
		const isChanged = status === 401 && copy === item;
		const isOver = endings.includes(Number(status)) || (status === 409 && !isRunning);
		if (isOver && !isChanged) return;
		if (isChanged) copy = { ...item, credentials: async () => await readCredentials(item) };
		await pause(jitter(Math.min(500 * 2 ** attempt, longestBreakMs)), sleep.signal);
	}
}

const apiKeyOf = async (item: Item) => String((await item.credentials()).apiKey);
