import { eventually } from './eventually.mts';
import { unified } from './expected.mts';
import { takePicture } from './picture.mts';
import { editor, session } from './session.mts';
import { createRow, ownNode, startNode } from './workflows.mts';

const PROMPT = 'A ceramic fox turns its head #sandbox:never';

describe('executions that sleep', () => {
	let id: string;
	const started: string[] = [];
	const asleep = () => started.map(() => 'waiting');
	beforeAll(async () => {
		const generate = ownNode('Generate', unified.description, {
			provider: 'simulator',
			prompt: PROMPT,
			imageUrls: 'https://example.com/fox.png',
		});
		const { client } = session();
		id = await createRow('Product videos', startNode, generate);
		for (let run = 0; run < 3; run++) started.push(await client.runWorkflow(id, startNode.name));
		await eventually(async () => {
			const executions = await client.executionsOf(id);
			expect(executions.map(({ status }) => status)).toEqual(asleep());
		}, 60_000);
	});
	afterAll(async () => {
		for (const execution of started) await session().client.stopExecution(execution);
	});

	it('are "Waiting" in the list', async () => {
		await editor().openExecutions(id);
		const shown = { statuses: asleep(), isDrawn: true };
		await eventually(async () => expect(await editor().executions()).toEqual(shown), 30_000);
		await takePicture('sleeping-executions', { width: 1000, height: 520 });
	});
});
