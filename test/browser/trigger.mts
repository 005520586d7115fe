import { veoWorkflow } from '../e2e/n8nSession.mts';
import { eventually } from './eventually.mts';
import { expectedForm, trigger } from './expected.mts';
import { takePicture } from './picture.mts';
import { editor, session } from './session.mts';
import { createRow, ownNode } from './workflows.mts';

const NODE = 'Video';
const webhookId = crypto.randomUUID();

describe('the panel of the trigger', () => {
	beforeAll(async () => {
		const { credentials } = session();
		const node = ownNode(NODE, trigger.description, {}, { credentials, webhookId });
		await editor().openWorkflow(await createRow('trigger', node));
		await editor().openNode(NODE);
	});

	it('says what it is for, and shows both of its URLs', async () => {
		const { panel } = editor();
		const { header, activationHint } = trigger.description.triggerPanel as Record<string, string>;
		await eventually(async () => {
			const text = await panel.text();
			expect(text).toContain(header);
			expect(text).toContain(activationHint);
		});
		expect(await panel.webhookUrl('test')).toMatch(
			new RegExp(`^http://[^/]+/webhook-test/${webhookId}/callback$`),
		);
		expect(await panel.webhookUrl('production')).toMatch(
			new RegExp(`^http://[^/]+/webhook/${webhookId}/callback$`),
		);
		await takePicture('trigger-panel', { width: 1180, height: 720 });
	});

	it('offers the providers that call back, each with its credential', async () => {
		const { panel } = editor();
		const names = trigger.choices.map(({ displayName }) => displayName);
		for (const { id: provider, displayName, credential } of [...trigger.providers].reverse()) {
			const offered = await panel.choose('provider', displayName);
			expect(offered.sort()).toEqual([...names].sort());
			const form = expectedForm(trigger, { provider }, credential);
			await eventually(async () =>
				expect({ provider, form: await panel.form() }).toEqual({ provider, form }),
			);
		}
	});

	it('listens, and shows the video that a provider calls about', async () => {
		const { panel } = editor();
		const [provider] = trigger.providers;
		const test = await panel.webhookUrl('test');
		await panel.choose('provider', provider.displayName);
		await panel.listen();
		const workflow = veoWorkflow(session(), {
			prompts: ['a fox'],
			// n8n gives its own address by name, and the sandbox calls it by number.
			parameters: {
				provider: provider.id,
				options: { callbackUrl: test.replace('localhost', '127.0.0.1') },
			},
		});
		const { client, sandbox } = session();
		const id = await client.createWorkflow(workflow);
		await client.waitForExecution(await client.runWorkflow(id, 'Start'));
		await panel.output.waitForItems();
		const [job] = sandbox.jobs();
		const item = { jobId: job.id, status: 'completed', videoUrl: job.videoUrl };
		await eventually(async () =>
			expect(await panel.output.json()).toEqual([expect.objectContaining(item)]),
		);
	});
});
