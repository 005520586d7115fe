import { eventually } from './eventually.mts';
import { unified } from './expected.mts';
import { takePicture } from './picture.mts';
import { editor, session } from './session.mts';
import { createRow, ownNode, startNode } from './workflows.mts';

const PROMPT = 'A ceramic fox turns its head #sandbox:never';

describe('executions that sleep', () => {
	let id: string;
	const started: string[] = [];
	beforeAll(async () => {
		const generate = ownNode('Generate', unified.description, {
			provider: 'simulator',
			prompt: PROMPT,
			imageUrls: 'https://example.com/fox.png',
		});
		const { client } = session();
		id = await createRow('Product videos', startNode, generate);
		for (let run = 0; run < 3; run++) started.push(await client.runWorkflow(id, startNode.name));
	});
	afterAll(async () => {
		for (const execution of started) await session().client.stopExecution(execution);
	});

	it('are "Waiting" in the list', async () => {
		await editor().openExecutions(id);
		const statuses = started.map(() => 'waiting');
		await eventually(async () =>
			expect(await editor().executions()).toEqual({ statuses, isDrawn: true }),
		);
		await takePicture('sleeping-executions', { width: 1000, height: 520 });
	});
});
