import type { IDataObject } from 'n8n-workflow';

import type { Sleep, World } from './world.mts';

/** Before the deadline: nobody may wake the execution any more. */
export const quietMs = 75_000;

/** What holds at any time, whatever has happened. */
export function expectLaws(world: World): void {
	expect(world.faults).toEqual([]);
	const { sandbox, scenario, sleeps } = world;
	// No submit after the first one of each item.
	expect(sandbox.count({ call: 'submit' })).toBe(sleeps.length * scenario.fates.length);
	for (const sleep of sleeps) {
		// Of two processes at once, n8n listens to one.
		expect(new Set(sleep.resumes).size).toBe(sleep.resumes.length);
		// n8n's timer for the deadline would cut the next sleep short.
		const { by, at } = sleep.left ?? {};
		if (by === 'call' && sleep.until) expect(at).toBeLessThanOrEqual(sleep.until - quietMs);
		if (sleep.left) expect(sleep.left.items).toEqual(expectedItems(world, sleep));
	}
}

/** What is parked has left when the time was up, once, with everything that is known of it. */
function expectedItems(world: World, { jobs, left }: Sleep): unknown[] {
	return jobs.map((job, item) => {
		const pairedItem = { item };
		if (!job) return { json: expect.objectContaining(refused), pairedItem };
		const { status, error } = left?.items[item]?.json ?? {};
		const known = { jobId: job.id, videoUrl: null as string | null };
		const ended = world.stateOf(job);
		if (status === 'completed') {
			expect(ended).toBe('completed');
			known.videoUrl = world.sandbox.jobs().find(({ id }) => id === job.id)?.videoUrl ?? '';
		} else if (status === 'failed') expect(ended).toBe('failed');
		else {
			// It leaves before its end only when the time is up, or when nobody may ask about it.
			const reasons = [
				...(left?.isTimeUp ? ['timeout'] : []),
				...(world.wasRefused ? refusals : []),
			];
			expect(reasons).toContain((error as IDataObject | null)?.code);
			expect(['queued', 'in_progress']).toContain(status);
		}
		return { json: expect.objectContaining(known), pairedItem };
	});
}

const refused = { jobId: null, status: 'failed' };
const refusals = ['authentication'];
