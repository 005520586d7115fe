import { unified } from './expected.mts';
import { eventually } from './eventually.mts';
import { takePicture } from './picture.mts';
import { play } from './play.mts';
import { editor, session } from './session.mts';
import { createRow, ownNode, startNode } from './workflows.mts';

describe('the first video, without a key and without a network', () => {
	beforeAll(async () => {
		const generate = ownNode('Generate', unified.description);
		const download = ownNode('Download', unified.description, {
			provider: 'simulator',
			operation: 'download',
		});
		await editor().panel.closeIfOpen();
		await editor().openWorkflow(await createRow('first video', startNode, generate, download));
	});

	it('is made with a prompt, an image URL and the provider Simulator', async () => {
		const { panel } = editor();
		await editor().openNode('Generate');
		const offered = await panel.choose('provider', 'Simulator');
		expect(offered.at(-1)).toBe('Simulator');
		await eventually(async () => expect((await panel.form()).credentials).toEqual([]));
		expect((await panel.form()).notices.join()).toContain('#sandbox:content-policy');
		const prompt = 'A ceramic fox turns its head towards the window';
		await panel.field('prompt').getByRole('textbox').fill(prompt);
		const image = 'https://cdn.example.org/fox.png';
		await panel.field('imageUrls').getByRole('textbox').fill(image);
		await takePicture('first-video-form', { height: 1100, of: panel.formOnly });
		await panel.executeStep();
		await eventually(async () =>
			expect(await panel.output.json()).toEqual([
				expect.objectContaining({ provider: 'simulator', status: 'completed', error: null }),
			]),
		);
		await takePicture('first-video-item', { of: [panel.parameters, panel.output.panel] });
	}, 60_000);

	it('is downloaded, and plays', async () => {
		const { panel } = editor();
		await panel.close();
		await editor().openNode('Download');
		await panel.executeStep();
		expect(await panel.output.file()).toContain('video/mp4');
		const played = await play(await panel.output.viewFile());
		expect(played).toMatchObject({ duration: 2, videoWidth: 320, videoHeight: 180 });
		expect(played.currentTime).toBeGreaterThan(0);
		await takePicture('first-video-plays', { of: [panel.parameters, panel.output.panel] });
		expect(session().sandbox.requests).toEqual([]);
	}, 60_000);
});
