import { providers } from '../../nodes/shared/registry';
import { credentialTypes } from '../../scripts/sources.mts';
import { eventually } from './eventually.mts';
import { credentialLabel, unified } from './expected.mts';
import { editor, session } from './session.mts';
import { createRow, ownNode, startNode } from './workflows.mts';

const NODE = 'Veo';

describe('a new credential', () => {
	it.each(providers.map((provider) => [provider.displayName, provider] as const))(
		'of %s is red with a wrong key and green with the right one',
		async (_, { id: provider, credential }) => {
			const { panel } = editor();
			const node = ownNode(NODE, unified.description, { provider });
			await editor().openWorkflow(await createRow(`credential ${provider}`, startNode, node));
			await editor().openNode(NODE);
			expect(await panel.credentialLabels()).toEqual([
				credentialLabel(unified.description, credential),
			]);

			const dialog = await panel.newCredential();
			const type = new credentialTypes[credential]();
			const notices = type.properties.filter((field) => field.type === 'notice');
			expect(await dialog.notices()).toEqual(notices.map(({ displayName }) => displayName));

			const data = session().sandbox.credentials[provider];
			await dialog.fillIn({ ...data, apiKey: 'wrong-key' });
			await dialog.save();
			expect(await dialog.whyRefused()).toMatch(/unauthorized|authentication|key|token/i);

			await dialog.fillIn({ apiKey: data.apiKey });
			await dialog.save();
			await dialog.waitUntilClosed();
			await eventually(async () => expect(await panel.credential()).not.toBe(''));
			const saved = await panel.editCredential();
			await saved.waitForPassed();
		},
	);

	it('of ShortAPI does not claim more than was checked', async () => {
		const { panel } = editor();
		const provider = 'shortapi';
		const node = ownNode(NODE, unified.description, { provider });
		await editor().openWorkflow(await createRow('unknown job', startNode, node));
		await editor().openNode(NODE);
		// Its answer about a job that it does not know is not documented.
		session().sandbox.inject({ provider, call: 'status', fault: { kind: 'status', status: 404 } });
		const dialog = await panel.newCredential();
		await dialog.fillIn(session().sandbox.credentials[provider]);
		await dialog.save();
		expect(await dialog.whyRefused()).toContain('That says nothing about the key');
		expect(await dialog.notices()).toEqual([expect.stringContaining('a pass is no proof')]);
	});
});
