import { readdirSync } from 'node:fs';
import { parse } from 'node:path';

import type { Workflow } from '../../scripts/n8n/rest.mts';
import { importable, WORKFLOWS } from '../e2e/callbackWorkflows.mts';
import { eventually } from './eventually.mts';
import { takePicture } from './picture.mts';
import { editor, session } from './session.mts';

const files = readdirSync(WORKFLOWS).filter((name) => name.endsWith('.json'));

const WINDOW = { width: 1640, height: 960 };

/** As its user imports it: with credentials, so that no node has a warning. */
async function imported(file: string): Promise<Workflow> {
	const workflow = await importable(file, session());
	for (const node of workflow.nodes) {
		if (node.type.includes('lmChatOpenAi'))
			node.credentials = { openAiApi: await chatCredential() };
		if (node.type.endsWith('Tool')) node.credentials = session().credentials;
	}
	return workflow;
}

async function chatCredential() {
	const credential = { name: 'OpenAI', type: 'openAiApi' };
	const id = await session().client.saveCredential({ ...credential, data: { apiKey: 'any' } });
	return { id, name: credential.name };
}

describe('the canvas of a workflow to import', () => {
	beforeAll(async () => {
		await session().client.createTable('Veo Videos', ['prompt', 'provider']);
		await editor().page.setViewportSize(WINDOW);
		// The first page takes long.
		await editor().page.goto('/workflow/new');
		await editor().page.locator('.vue-flow').waitFor({ timeout: 90_000 });
	}, 180_000);

	it.each(files)(
		'%s',
		async (file) => {
			const workflow = await imported(file);
			const id = await session().client.createWorkflow(workflow);
			await editor().openWorkflow(id);
			const { everything } = editor();
			await eventually(async () => expect(await everything.count()).toBe(workflow.nodes.length));
			await editor().showEverything();
			await takePicture(`workflow-${parse(file).name}`, {
				...WINDOW,
				of: await everything.all(),
				margin: 50,
			});
		},
		120_000,
	);
});
