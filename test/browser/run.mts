import { eventually } from './eventually.mts';
import { unified } from './expected.mts';
import { play } from './play.mts';
import { editor, session } from './session.mts';
import { createRow, ownNode, startNode } from './workflows.mts';

/** A node that generates and one that downloads, both with the sandbox's credentials. */
async function openRow(prompt: string): Promise<void> {
	const settings = { credentials: session().credentials };
	const request = {
		operation: 'generateAndWait',
		prompt,
		imageUrls: 'https://cdn.example.org/fox.png',
		options: { waitStrategy: 'polling', pollInterval: 1 },
	};
	const generate = ownNode('Generate', unified.description, request, settings);
	const asked = { operation: 'download', options: {} };
	const download = ownNode('Download', unified.description, asked, settings);
	await editor().openWorkflow(await createRow('run', startNode, generate, download));
}

describe('a step', () => {
	beforeEach(async () => await editor().panel.closeIfOpen());

	it('makes a video, whose file plays in the preview', async () => {
		const { panel } = editor();
		await openRow('a fox');
		await editor().openNode('Generate');
		await panel.executeStep();
		const [job] = session().sandbox.jobs();
		const item = {
			provider: 'fal',
			jobId: job.id,
			status: 'completed',
			videoUrl: job.videoUrl,
			error: null,
		};
		await eventually(async () =>
			expect(await panel.output.json()).toEqual([expect.objectContaining(item)]),
		);

		await panel.close();
		await editor().openNode('Download');
		await panel.executeStep();
		expect(await panel.output.file()).toContain(`${job.id}.mp4`);
		expect(await panel.output.file()).toContain('video/mp4');
		const played = await play(await panel.output.viewFile());
		expect(played.error).toBeUndefined();
		expect(played.duration).toBeGreaterThan(1);
		expect(played.currentTime).toBeGreaterThan(0);
		expect(played.videoWidth / played.videoHeight).toBeCloseTo(16 / 9);
	});

	it('that is refused says why, and what to do next', async () => {
		const { panel } = editor();
		await openRow('a fox #sandbox:no-balance');
		await editor().openNode('Generate');
		await panel.executeStep();
		const { message, description } = await panel.output.error();
		expect(message).toMatch(/^fal\.ai refused the request: the balance is used up/);
		expect(description).toBe(
			'Top up the balance of your fal.ai account, then run this item again.',
		);
		expect(session().sandbox.jobs()).toEqual([]);
	});

	it('that is wrong by itself says so before anything is sent', async () => {
		const { panel } = editor();
		await openRow('a fox');
		await editor().openNode('Generate');
		const many = [1, 2, 3, 4].map((index) => `https://cdn.example.org/${index}.png`).join(' ');
		await panel.field('imageUrls').getByRole('textbox').fill(many);
		await panel.executeStep();
		const { message } = await panel.output.error();
		expect(message).toMatch(/4|four/i);
		expect(session().sandbox.requests).toEqual([]);
	});
});
