import { sha256 } from '../../../sandbox/sha256.mts';
import { until } from '../../../scripts/until.mts';
import { publish } from '../callbackWorkflows.mts';
import { startReceiver } from '../receiver.mts';
import { setIn } from './offered.mts';
import type { Offered } from './offered.mts';

export async function contentPipeline({
	session,
	addRows,
	rows,
	submits,
	jobOf,
	run,
	imported,
}: Offered): Promise<void> {
	const { sandbox } = session();
	await addRows(
		{ prompt: 'has a job', job_id: 'from-an-earlier-run' },
		{ prompt: 'a fox' },
		{ prompt: 'an owl' },
	);
	const platform = await startReceiver();
	try {
		const workflow = await imported('content-pipeline.json');
		setIn(workflow, 'Upload', { url: platform.url });
		const id = await publish(session(), workflow);
		const posted = async (prompt: string) =>
			(await rows()).some((row) => row.prompt === prompt && row.status === 'posted');

		await run(id, 'Every Day');
		await until('the fox is posted', async () => await posted('a fox'));
		expect(sandbox.jobs().map(({ prompt }) => prompt)).toEqual(['a fox']);

		// The second run takes the next row, the third finds none.
		await run(id, 'Every Day');
		await until('the owl is posted', async () => await posted('an owl'));
		await run(id, 'Every Day');
		expect(submits()).toBe(2);

		const { videoUrl } = jobOf('a fox');
		const video = await (await fetch(String(videoUrl))).arrayBuffer();
		expect(platform.received).toHaveLength(2);
		expect(sha256(platform.received[0])).toBe(sha256(new Uint8Array(video)));
		expect(await rows()).toEqual([
			expect.objectContaining({ prompt: 'has a job', status: null, video_url: null }),
			...['a fox', 'an owl'].map((prompt) =>
				expect.objectContaining({
					prompt,
					provider: 'fal',
					job_id: jobOf(prompt).id,
					status: 'posted',
					video_url: jobOf(prompt).videoUrl,
					cost: '1.6',
					currency: 'USD',
					error: '',
				}),
			),
		]);
	} finally {
		await platform.stop();
	}
}
