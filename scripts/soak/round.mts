import { setTimeout as pause } from 'node:timers/promises';

import { concurrently } from '../../nodes/shared/time/concurrently.ts';
import type { Sandbox, SandboxJob } from '../../sandbox/server.mts';
import { sandboxProviders } from '../../sandbox/registry.mts';
import { submit } from '../load/load.mts';
import type { Target } from '../load/load.mts';
import { isSimulated, WAYS } from '../load/ways.mts';
import type { Way } from '../load/ways.mts';

const AT_A_TIME = 10;
const ROUND_WITHIN_MS = 180_000;

/** A wait for a job that does not end, in minutes. */
export const TIMEOUT_MINUTES = 0.25;

/** What happens to the jobs of an execution, by item. */
type Fate = 'fine' | 'fails' | 'breaks' | 'refused' | 'lost' | 'repeated' | 'never';

const FATES: Fate[][] = [
	['fine', 'fails', 'repeated', 'refused', 'lost', 'breaks'],
	['fine', 'repeated', 'never'],
];

const WORDS: Partial<Record<Fate, string>> = {
	fails: '#sandbox:content-policy',
	breaks: '#sandbox:generation-failed',
	refused: '#sandbox:no-balance',
	never: '#sandbox:never',
};

export const JOBS_OF_A_ROUND = WAYS.length * FATES.flat().length;

/** Half of the simulator's jobs end while the execution is still falling asleep. */
const promptOf = (way: Way, fate: Fate) =>
	[fate, WORDS[fate], isSimulated(way) && fate !== 'never' && '#sandbox:seconds=3']
		.filter(Boolean)
		.join(' ');

const fateOf = ({ prompt }: SandboxJob) => prompt.split(' ')[0] as Fate;

/** The jobs of some hours: each way with each fate, until nothing of them is asleep or running. */
export async function playRound(target: Target, sandbox: Sandbox): Promise<void> {
	injectFaults(sandbox);
	const starts = WAYS.flatMap((way) => FATES.map((fates) => ({ way, fates })));
	await concurrently(starts, AT_A_TIME, async ({ way, fates }) => {
		await submit(
			target,
			way,
			fates.map((fate) => promptOf(way, fate)),
		);
	});
	await untilNone(target, 'new', 'running');
	const jobs = sandbox.jobs();
	await concurrently(jobs, AT_A_TIME, async (job) => await end(sandbox, job));
	await untilNone(target, 'new', 'running', 'waiting');
	// Those that come when everything is over.
	const late = jobs.filter(({ callbackUrl }) => callbackUrl).slice(0, AT_A_TIME);
	await concurrently(late, AT_A_TIME, async ({ id }) => await sandbox.deliver(id));
	await untilNone(target, 'new', 'running', 'waiting');
	sandbox.reset();
}

/** Looks once a second: to ask n8n more often would keep it busy. */
async function untilNone({ client }: Target, ...statuses: string[]): Promise<void> {
	const end = performance.now() + ROUND_WITHIN_MS;
	for (let left = Infinity; left > 0;) {
		await pause(1000);
		const found = await Promise.all(
			statuses.map(async (status) => (await client.executionsWith(status)).length),
			// It takes no calls while its database is slow.
		).catch(() => [Infinity]);
		left = found.reduce((sum, count) => sum + count, 0);
		if (performance.now() > end) throw new Error(`${left} executions have not ended.`);
	}
}

async function end(sandbox: Sandbox, job: SandboxJob): Promise<void> {
	const fate = fateOf(job);
	if (fate === 'never') return;
	// Its callback is not sent.
	sandbox.settings.allowHttpCallbacks = fate !== 'lost';
	sandbox.finish(job.id);
	sandbox.settings.allowHttpCallbacks = true;
	if (fate === 'repeated' && job.callbackUrl) {
		await sandbox.deliver(job.id, { times: 3, parallel: true });
	}
}

function injectFaults(sandbox: Sandbox): void {
	for (const { id: provider } of sandboxProviders) {
		const inject = (call: 'submit' | 'status', fault: Parameters<Sandbox['inject']>[0]['fault']) =>
			sandbox.inject({ provider, call, fault, times: 2, after: 1 });
		inject('submit', { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
		inject('submit', { kind: 'drop', when: 'after' });
		inject('status', { kind: 'status', status: 503 });
		inject('status', { kind: 'drop', when: 'before' });
		inject('status', { kind: 'truncate' });
		inject('status', { kind: 'slow', milliseconds: 1000, where: 'body' });
	}
}
