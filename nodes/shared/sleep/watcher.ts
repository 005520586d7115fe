import { createHash } from 'node:crypto';

import type { IN8nHttpFullResponse } from 'n8n-workflow';

import { withToken } from '../callback/address';
import { newNonce, sealToken, tokenLifeMs } from '../callback/token';
import { explained, jobInState } from '../job/job';
import { lookAtJob } from '../job/read';
import { waitForJobs } from '../job/wait';
import type { WaitResult } from '../job/wait';
import { readCredentials } from '../n8n/item';
import type { Item } from '../n8n/item';
import type { JobOutcome } from '../output/outcome';
import { limiter } from '../time/concurrently';
import { ExpiringCache } from '../time/expiringCache';
import { jitter, pause } from '../time/pause';
import type { Sleep } from './sleep';

/** What a watcher works with after the node has returned, when n8n evaluates nothing for it any more. */
export interface Watch {
	sleep: Sleep;
	executionId: string;
	/** The node's resume URL. */
	address: string;
	/** The jobs that are awaited. */
	jobs: JobOutcome[];
	/** How often to ask about them; absent where providers call, and one look at the end is enough. */
	intervalMs?: number;
	/** When the time is up: milliseconds since the epoch. */
	endsAt: number;
}

const readsAtATime = 5;

/** Bounds the requests of all watchers of the process to the same provider with the same key. */
const limits = new ExpiringCache<ReturnType<typeof limiter>>(tokenLifeMs, 1000);

async function limitOf(item: Item) {
	const credentials = JSON.stringify(await item.credentials());
	const key = createHash('sha256').update(item.provider.id).update(credentials).digest('base64url');
	const now = Date.now();
	const limit = limits.get(key, now) ?? limiter(readsAtATime);
	limits.set(key, limit, now);
	return limit;
}

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
	const { signal } = watched.sleep;
	try {
		const results = await follow(watched);
		signal.throwIfAborted();
		learn(watched, results);
		const isFinal = results.some(({ gaveUp }) => gaveUp?.code === 'timeout');
		await wake(watched, isFinal);
	} catch {
		// Woken by others, or nobody is left to be woken; n8n's own deadline remains as the net.
	}
}

async function follow({ sleep, jobs, intervalMs, endsAt }: Watch): Promise<WaitResult[]> {
	const { signal } = sleep;
	const limit = await limitOf(jobs[0].item);
	const read = async (_: string, index: number) =>
		await limit(async () => await lookAtJob(jobs[index].item, jobs[index].job));
	// With callbacks, one look when the time is up.
	if (intervalMs === undefined) await pause(endsAt - Date.now(), signal);
	const leftMs = endsAt - Date.now();
	return await waitForJobs(
		jobs.map(({ job }) => String(job.jobId)),
		read,
		{
			intervalMs: intervalMs ?? 1,
			// One round at least.
			timeoutMs: Math.max(leftMs, 1),
			concurrency: readsAtATime,
			signal,
		},
	);
}

/** What has ended, or can never be read, need not be asked about again by the webhook. */
function learn({ sleep, jobs }: Watch, results: WaitResult[]): void {
	for (const [index, { item, job, raw }] of jobs.entries()) {
		const { last, gaveUp } = results[index];
		const { provider } = item;
		const current = last.raw === null ? job : jobInState(provider, job, last.state);
		const found = { job: current, raw: last.raw ?? raw };
		sleep.gathering.learn(
			item.index,
			gaveUp
				? { lost: { ...found, job: { ...current, error: explained(provider, gaveUp) } } }
				: { ended: found },
		);
	}
}

const longestBreakMs = 10_000;

/** Calls until n8n has taken it: it turns callers away while it saves the execution, or restarts. */
async function wake({ sleep, executionId, address, jobs }: Watch, isFinal: boolean): Promise<void> {
	const [{ item }] = jobs;
	let copy = item;
	for (let attempt = 0; Date.now() < sleep.lastCall; attempt++) {
		const { apiKey } = await copy.credentials();
		const token = sealToken(String(apiKey), {
			provider: item.provider.id,
			model: '',
			item: item.index,
			nonce: newNonce(),
			expires: sleep.until + tokenLifeMs,
			metadata: null,
			execution: executionId,
			watcher: { run: sleep.run, isFinal },
		});
		const { status, isRunning } = await call(item, withToken(address, token));
		const mayChange = status === undefined || status >= 500 || (status === 409 && isRunning);
		// The credential has been changed while the execution slept: seal once more, with the new key.
		const isChanged = status === 401 && copy === item;
		if (!mayChange && !isChanged) return;
		if (isChanged) copy = { ...item, credentials: async () => await readCredentials(item) };
		await pause(jitter(Math.min(500 * 2 ** attempt, longestBreakMs)), sleep.signal);
	}
}

async function call(
	{ functions }: Item,
	url: string,
): Promise<{ status?: number; isRunning: boolean }> {
	try {
		const { statusCode, body } = (await functions.helpers.httpRequest({
			method: 'POST',
			url,
			body: {},
			json: true,
			timeout: 15_000,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		})) as IN8nHttpFullResponse;
		return { status: statusCode, isRunning: /running/.test(JSON.stringify(body ?? '')) };
	} catch {
		// No answer: n8n may be restarting.
		return { isRunning: false };
	}
}
