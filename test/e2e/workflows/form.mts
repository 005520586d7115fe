import type { Workflow } from '../../../scripts/n8n/rest.mts';
import { until } from '../../../scripts/until.mts';
import { nodeOf } from '../callbackWorkflows.mts';
import { png } from '../pixel.mts';
import { setIn, setOptionsIn } from './offered.mts';
import type { Offered } from './offered.mts';

const videoNodes = ['Generate and Wait', 'Download'];

export async function formToVideo({
	session,
	rows,
	submits,
	completed,
	imported,
}: Offered): Promise<void> {
	const { client, n8n, sandbox } = session();

	/** Two forms run side by side, and either may be the first to write its row. */
	const inOrder = async () =>
		(await rows()).sort((one, other) => String(one.prompt).localeCompare(String(other.prompt)));

	/** Publishes it, fills in its form twice, and waits until both videos are there. */
	async function twice(workflow: Workflow, prompts: string[], images: number): Promise<void> {
		const { webhookId } = nodeOf(workflow, 'Form');
		const form = `${n8n.url}/form/${webhookId}`;
		const id = await client.createWorkflow(workflow);
		await client.activate(id);
		await until('the form is there', async () => (await fetch(form)).ok);
		for (const prompt of prompts) {
			const body = new FormData();
			body.append('field-0', prompt);
			for (let image = 0; image < images; image++)
				body.append('field-1', new Blob([png], { type: 'image/png' }), `${image}.png`);
			expect((await fetch(form, { method: 'POST', body })).ok).toBe(true);
		}
		await until('both have ended', async () => {
			const executions = await client.executionsOf(id);
			return executions.length === 2 && executions.every(({ status }) => status === 'success');
		});
		await client.deactivate(id);
	}

	const shipped = await imported('form-to-video.json');
	for (const name of videoNodes) delete nodeOf(shipped, name).credentials;
	setOptionsIn(shipped, 'Generate and Wait', { pollInterval: 1 });
	const simulated = ['one #sandbox:seconds=1', 'two #sandbox:seconds=1'];
	await twice(shipped, simulated, 2);
	expect(sandbox.requests).toEqual([]);
	const videos = simulated.map((prompt) =>
		expect.objectContaining({ prompt, provider: 'simulator', status: 'completed', error: '' }),
	);
	expect(await inOrder()).toEqual(videos);

	// With a real provider, each form is an order, as its note says.
	const paid = await imported('form-to-video.json');
	for (const name of videoNodes) setIn(paid, name, { provider: 'fal' });
	setOptionsIn(paid, 'Generate and Wait', { pollInterval: 1 });
	await twice(paid, ['a fox', 'an owl'], 1);
	expect(submits()).toBe(2);
	expect(await inOrder()).toEqual([completed('a fox'), completed('an owl'), ...videos]);
	const [{ request }] = sandbox.jobs();
	const [image] = JSON.stringify(request).match(/https?:[^"]+/) ?? [''];
	expect(Buffer.from(await (await fetch(image)).arrayBuffer())).toEqual(png);
}
