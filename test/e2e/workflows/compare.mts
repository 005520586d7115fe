import { outputOf } from '../../../scripts/n8n/rest.mts';
import { nodeOf } from '../callbackWorkflows.mts';
import { setOptionsIn } from './offered.mts';
import type { Offered } from './offered.mts';

const prompt = 'a fox';

export async function compareProviders({
	session,
	rows,
	submits,
	run,
	imported,
}: Offered): Promise<void> {
	const { client, sandbox } = session();
	const workflow = await imported('compare-providers.json');
	for (const { name, parameters } of workflow.nodes) {
		if (parameters.operation === 'generateAndWait')
			setOptionsIn(workflow, name, { pollInterval: 1 });
	}
	const shipped = await client.createWorkflow(workflow);
	await run(shipped, 'Start');
	// No image is given yet: nothing is ordered, and no row is in the way of the next run.
	expect(submits()).toBe(0);
	expect(await rows()).toEqual([]);

	const { assignments } = nodeOf(workflow, 'Your Prompt').parameters.assignments as {
		assignments: Array<{ name: string; value: string }>;
	};
	const given: Record<string, string> = { prompt, image_urls: 'https://cdn.example.org/fox.png' };
	for (const field of assignments) field.value = given[field.name] ?? field.value;
	const id = await client.createWorkflow(workflow);
	const sideBySide = outputOf(await run(id, 'Start'), 'Side by Side').map(({ json }) => json);
	const { jobs } = sandbox;
	const line = (provider: string, estimate: number) =>
		expect.objectContaining({ provider, status: 'completed', estimate, error: '' });
	expect(sideBySide).toEqual([line('fal', 0.8), line('shortapi', 0.64), line('evolink', 0.64)]);
	expect(sideBySide.map(({ video_url: link }) => link)).toEqual(
		jobs().map(({ videoUrl }) => videoUrl),
	);
	const found = await rows();
	expect(found.slice(-3).map((row) => row.job_id)).toEqual(jobs().map((job) => job.id));

	await run(id, 'Start');
	expect(['fal', 'shortapi', 'evolink'].map(submits)).toEqual([1, 1, 1]);
	expect(submits()).toBe(3);
	expect(await rows()).toEqual(found);
}
