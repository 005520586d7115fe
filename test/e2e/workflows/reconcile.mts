import type { TableRow } from '../../../scripts/n8n/rest.mts';
import { runOnce, veoWorkflow } from '../n8nSession.mts';
import type { Offered } from './offered.mts';

const boat = 'a boat #sandbox:content-policy';
const slow = 'a snail #sandbox:never';
const orders = [
	{ provider: 'fal', model: 'fal-ai/veo3.1/reference-to-video', prompts: ['a fox', boat, slow] },
	{ provider: 'evolink', model: 'veo-3.1-generate-preview', prompts: ['an owl'] },
];

export async function reconcile({
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
	const { client, sandbox } = session();
	for (const { provider, model, prompts } of orders) {
		await runOnce(session(), veoWorkflow(session(), { prompts, parameters: { provider, model } }));
		for (const prompt of prompts)
			await addRows({ prompt, provider, job_id: jobOf(prompt).id, status: 'submitted' });
		sandbox.jobs().forEach(({ id, prompt }) => prompt !== slow && sandbox.finish(id));
	}
	const others: TableRow[] = [
		{ prompt: 'forgotten', provider: 'fal', job_id: crypto.randomUUID() },
		{ prompt: 'has failed', provider: 'fal', job_id: 'failed-before', status: 'failed' },
		{ prompt: 'has its link', provider: 'fal', job_id: 'done', video_url: 'https://a.example/b' },
		{ prompt: 'of another provider', provider: 'aihubmax', job_id: 'task_1' },
		{ prompt: 'has no job', provider: 'fal' },
	];
	await addRows(...others);
	const id = await client.createWorkflow(await imported('reconcile.json'));
	const asked = () => sandbox.requests.filter(({ call }) => call !== 'submit');

	await run(id, 'Every Half Hour');
	const untouched = others.slice(1).map((row) => expect.objectContaining(row));
	const found = [
		completed('a fox'),
		failed(boat, /content/i),
		expect.objectContaining({ prompt: slow, status: 'submitted', video_url: null }),
		completed('an owl'),
		expect.objectContaining({ prompt: 'forgotten', status: 'not_found' }),
		...untouched,
	];
	expect(await rows()).toEqual(found);

	const before = asked().length;
	await run(id, 'Every Half Hour');
	expect(await rows()).toEqual(found);
	// Only about the one that still runs.
	expect(
		new Set(
			asked()
				.slice(before)
				.map(({ jobId }) => jobId),
		),
	).toEqual(new Set([jobOf(slow).id]));
	expect(submits()).toBe(4);
}
