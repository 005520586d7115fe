import { newNode } from '../../scripts/n8n/workflow.mts';
import { actionNodes } from '../nodes/parameters.mts';
import { eventually } from './eventually.mts';
import { expectedForm, unified } from './expected.mts';
import { editor } from './session.mts';
import { createRow, fullType, startNode } from './workflows.mts';

const AGENT = 'Agent';

/** n8n turns each node that is usable as a tool into one, and calls it so. */
const toolName = (displayName: string) => `${displayName} Tool`;

describe('as a tool of an AI Agent', () => {
	beforeAll(async () => {
		const type = '@n8n/n8n-nodes-langchain.agent';
		const agent = newNode(AGENT, type, {}, { typeVersion: 3.1 });
		await editor().openWorkflow(await createRow('agent', startNode, agent));
	});

	it('every action node is found, and the form has its fields and its credential', async () => {
		const { creator, panel } = editor();
		await editor().openTools(AGENT);
		await creator.search('veo');
		const names = actionNodes.map(({ description }) => toolName(description.displayName));
		await eventually(async () =>
			expect(await creator.names()).toEqual(expect.arrayContaining(names)),
		);

		await creator.choose(toolName(unified.description.displayName));
		await panel.waitFor();
		const type = `${fullType(unified.name)}Tool`;
		await eventually(async () => expect(await editor().types()).toContain(type));
		for (const { id: provider, displayName, credential } of [...unified.providers].reverse()) {
			await panel.choose('provider', displayName);
			const form = expectedForm(unified, { provider }, credential);
			form.fields.unshift(['descriptionType', 'Tool Description']);
			await eventually(async () =>
				expect({ provider, form: await panel.form() }).toEqual({ provider, form }),
			);
		}
	});
});
