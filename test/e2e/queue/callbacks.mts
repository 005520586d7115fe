import type { Sandbox, SandboxJob } from '../../../sandbox/server.mts';
import { someAtATime } from '../someAtATime.mts';

/** Beside the provider's own call, at the same moment. */
const MORE_CALLS = 3;

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
	await someAtATime(jobs, async (job: SandboxJob) => {
		for (const { at, event } of events) if (ended === at) beside.push(event());
		ended++;
		sandbox.finish(job.id);
		if (job.callbackUrl) await sandbox.deliver(job.id, { times: MORE_CALLS, parallel: true });
	});
	await Promise.all(beside);
}
