import { startSandbox } from '../../sandbox/server.mts';
import type { Sandbox, SavedJob } from '../../sandbox/server.mts';
import { clientOf } from './client.mts';

const submitPath = '/fal/queue/fal-ai/veo3.1/reference-to-video';
const image_urls = ['https://cdn.example.org/lamp.png'];

let sandbox: Sandbox | undefined;
afterEach(async () => await sandbox?.stop());

/** The jobs of these prompts, as another process would read them. */
async function jobsOfAnother(...prompts: string[]): Promise<{ port: number; jobs: SavedJob[] }> {
	const before = await startSandbox({ jobSeconds: 60 });
	const ask = clientOf(() => before, 'Key');
	for (const prompt of prompts) await ask('post', submitPath, { prompt, image_urls });
	const jobs = JSON.parse(JSON.stringify(before.savedJobs())) as SavedJob[];
	await before.stop();
	return { port: Number(new URL(before.url).port), jobs };
}

it('goes on with the jobs of a sandbox that has ended, each to its own end', async () => {
	const earlier = await jobsOfAnother(
		'a lamp',
		'a copy #sandbox:content-policy',
		'x #sandbox:never',
	);
	// Half of its time went by meanwhile.
	earlier.jobs[0].createdAt -= 30_000;
	sandbox = await startSandbox({ ...earlier, jobSeconds: 5 });
	const [lamp, copy, never] = sandbox.jobs();
	expect(lamp).toMatchObject({ prompt: 'a lamp', state: 'running' });
	expect(lamp.progress).toBeGreaterThanOrEqual(50);
	for (const { id } of [lamp, copy]) sandbox.finish(id);
	expect(sandbox.jobs()).toMatchObject([
		{ state: 'completed', videoUrl: expect.stringContaining(sandbox.url) },
		{ state: 'failed', failure: { reason: 'content-policy' } },
		{ id: never.id, state: expect.stringMatching(/^(queued|running)$/) },
	]);
	expect((await fetch(String(sandbox.jobs()[0].videoUrl))).status).toBe(200);
});

it('what should have ended meanwhile has ended', async () => {
	const earlier = await jobsOfAnother('a lamp', 'x #sandbox:never');
	for (const job of earlier.jobs) job.createdAt -= 3_600_000;
	sandbox = await startSandbox(earlier);
	expect(sandbox.jobs().map(({ endedAt }) => endedAt !== undefined)).toEqual([true, false]);
});
