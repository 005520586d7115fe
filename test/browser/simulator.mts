import { unified } from './expected.mts';
import { eventually } from './eventually.mts';
import { takePicture } from './picture.mts';
import { play } from './play.mts';
import { editor, session } from './session.mts';
import { createRow, fullType, ownNode, startNode } from './workflows.mts';

/** Of a window with the list of nodes beside the canvas. */
const NARROW = { width: 1000, height: 780 };

describe('the first video, without a key and without a network', () => {
	it('begins with the search for the node, and one of its actions', async () => {
		const { creator, panel } = editor();
		const { displayName } = unified.description;
		await panel.closeIfOpen();
		await editor().openWorkflow(await createRow('My first video', startNode));
		await creator.open();
		await creator.search('veo');
		await eventually(async () => expect((await creator.names())[0]).toBe(displayName));
		await takePicture('find-the-node', NARROW);
		await creator.choose(displayName);
		const action = 'Generate video and wait';
		await eventually(async () => expect(await creator.names()).toContain(action));
		await takePicture('choose-an-action', NARROW);
		await creator.choose(action);
		await panel.waitFor();
		await eventually(async () => expect(await editor().types()).toContain(fullType(unified.name)));
		await panel.close();
	});

	it('is made with a prompt, an image URL and the provider Simulator', async () => {
		const { panel } = editor();
		const generate = ownNode('Generate', unified.description);
		const download = ownNode('Download', unified.description, {
			provider: 'simulator',
			operation: 'download',
		});
		await panel.closeIfOpen();
		await editor().openWorkflow(await createRow('first video', startNode, generate, download));
		await editor().openNode('Generate');
		const offered = await panel.choose('provider', 'Simulator');
		expect(offered.at(-1)).toBe('Simulator');
		await eventually(async () => {
			const { credentials, notices } = await panel.form();
			expect(credentials).toEqual([]);
			expect(notices.join()).toContain('#sandbox:content-policy');
		});
		const prompt = 'A ceramic fox turns its head towards the window';
		await panel.field('prompt').getByRole('textbox').fill(prompt);
		const image = 'https://example.com/fox.png';
		await panel.field('imageUrls').getByRole('textbox').fill(image);
		await takePicture('first-video-form', { height: 1300, of: await panel.fromTheTop() });
		await panel.executeStep();
		await eventually(async () =>
			expect(await panel.output.json()).toEqual([
				expect.objectContaining({ provider: 'simulator', status: 'completed', error: null }),
			]),
		);
		await takePicture('first-video-item', {
			of: [...(await panel.fromTheTop()), panel.output.panel],
			margin: 0,
		});
	});

	it('is downloaded, and plays', async () => {
		const { panel } = editor();
		await panel.close();
		await editor().openNode('Download');
		await panel.executeStep();
		expect(await panel.output.file()).toContain('video/mp4');
		const played = await play(await panel.output.viewFile());
		expect(played).toMatchObject({ duration: 2, videoWidth: 320, videoHeight: 180 });
		expect(played.currentTime).toBeGreaterThan(0);
		await takePicture('first-video-plays', {
			of: [panel.parameters, panel.output.panel],
			margin: 0,
		});
		expect(session().sandbox.requests).toEqual([]);
	});
});
