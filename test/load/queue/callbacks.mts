import type { Sandbox, SandboxJob } from '../../../sandbox/server.mts';
import { until } from '../../../scripts/until.mts';
import { someAtATime } from '../someAtATime.mts';

/** Beside the provider's own call, at the same moment. */
const MORE_CALLS = 3;
const JOBS_AT_A_TIME = 4;
/** What a restart of n8n or of Redis may take, and a machine that is busy. */
const TAKEN_WITHIN_MS = 120_000;
/** Taken, or about an execution that goes on already. */
const HEARD = [200, 409];

/**
 * Ends every job; whoever calls back does it four times at once.
 * @param meanwhile is done beside it, when so much has ended
 */
export async function endJobs(
	sandbox: Sandbox,
	meanwhile: Record<'third' | 'twoThirds', () => Promise<void>>,
): Promise<void> {
	const jobs = sandbox.jobs();
	const events = [
		{ at: Math.floor(jobs.length / 3), event: meanwhile.third },
		{ at: Math.floor((2 * jobs.length) / 3), event: meanwhile.twoThirds },
	];
	const beside: Array<Promise<void>> = [];
	let ended = 0;
	const end = async (job: SandboxJob) => {
		for (const { at, event } of events) if (ended === at) beside.push(event());
		ended++;
		sandbox.finish(job.id);
		if (job.callbackUrl) await callUntilHeard(sandbox, job);
	};
	await someAtATime(jobs, end, JOBS_AT_A_TIME);
	await Promise.all(beside);
}

async function callUntilHeard(sandbox: Sandbox, { id }: SandboxJob): Promise<void> {
	let calls = 0;
	await until(
		`the callback of ${id} is heard`,
		async () => {
			const made = await sandbox.deliver(id, { times: calls++ ? 1 : MORE_CALLS, parallel: true });
			return made.some(({ status }) => HEARD.includes(Number(status)));
		},
		TAKEN_WITHIN_MS,
	);
}
