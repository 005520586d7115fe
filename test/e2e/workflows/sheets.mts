import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { Workflow } from '../../../scripts/n8n/rest.mts';
import { until } from '../../../scripts/until.mts';
import { callbackUrl, nodeOf, publish } from '../callbackWorkflows.mts';
import { setIn, setOptionsIn } from './offered.mts';
import type { Offered } from './offered.mts';

/** Rows become jobs, and callbacks bring the links back to their rows. */
export async function sheetToJobs({
	session,
	addRows,
	rows,
	submits,
	jobOf,
	completed,
	failed,
	run,
	imported,
}: Offered): Promise<void> {
	const boat = 'a boat #sandbox:content-policy';
	await addRows(
		{ prompt: 'a fox' },
		{ prompt: boat },
		{ prompt: '' },
		{ prompt: 'has a job', job_id: 'from-an-earlier-run' },
	);
	const video = await imported('video-to-row.json');
	await publish(session(), video);
	const sheet = await imported('sheet-to-jobs.json');
	setOptionsIn(sheet, 'Generate Without Waiting', {
		callbackUrl: callbackUrl(session(), nodeOf(video, 'Video Has Ended')),
	});
	const id = await publish(session(), sheet);

	await run(id, 'Start');
	// The empty prompt is refused, the last row has its job already.
	expect(submits()).toBe(2);
	await until('every row has a status', async () =>
		(await rows()).slice(0, 3).every((row) => row.status),
	);
	const found = [
		completed('a fox', { provider: 'fal', cost: '1.6', currency: 'USD' }),
		failed(boat, /content/i, { job_id: jobOf(boat).id, video_url: '' }),
		failed('', /prompt/i, { job_id: null, video_url: null }),
		expect.objectContaining({ job_id: 'from-an-earlier-run', status: null, video_url: null }),
	];
	expect(await rows()).toEqual(found);

	await run(id, 'Start');
	expect(submits()).toBe(2);
	expect(await rows()).toEqual(found);
}

/** As it is shipped, without a callback URL, it orders nothing. */
export async function sheetToJobsAsShipped({
	session,
	addRows,
	rows,
	submits,
	failed,
	run,
	imported,
}: Offered): Promise<void> {
	await addRows({ prompt: 'too early' });
	const id = await session().client.createWorkflow(await imported('sheet-to-jobs.json'));
	await run(id, 'Start');
	expect(submits()).toBe(0);
	expect(await rows()).toEqual([failed('too early', /callback URL/)]);
}

/** One run makes all videos, and asks again for what was late. */
export async function sheetToVideos({
	session,
	addRows,
	rows,
	submits,
	jobOf,
	completed,
	failed,
	run,
	imported,
}: Offered): Promise<void> {
	const late = 'a lighthouse #sandbox:seconds=8';
	const bridge = 'a bridge #sandbox:content-policy';
	await addRows(
		{ prompt: 'a mill' },
		{ prompt: bridge },
		{ prompt: '' },
		{ prompt: late },
		{ prompt: 'has a job', job_id: 'from-an-earlier-run' },
	);
	const workflow: Workflow = await imported('sheet-to-videos.json');
	setOptionsIn(workflow, 'Generate and Wait', { pollInterval: 1, timeout: 0.1 });
	setIn(workflow, 'Ten Minutes', { amount: 5, unit: 'seconds' });
	const id = await session().client.createWorkflow(workflow);

	const execution = await run(id, 'Start');
	expect(outputOf(execution, 'Ask Again').map(({ json }) => json.jobId)).toEqual([jobOf(late).id]);
	const found = [
		completed('a mill', { provider: 'fal', cost: '1.6', currency: 'USD' }),
		failed(bridge, /content/i),
		failed('', /prompt/i),
		completed(late),
		expect.objectContaining({ job_id: 'from-an-earlier-run', status: null, video_url: null }),
	];
	expect(await rows()).toEqual(found);

	await run(id, 'Start');
	expect(submits()).toBe(3);
	expect(await rows()).toEqual(found);
}
