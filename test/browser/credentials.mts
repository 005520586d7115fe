import { providers } from '../../nodes/shared/registry';
import { credentialTypes } from '../../scripts/sources.mts';
import { eventually } from './eventually.mts';
import { noticesIn, unified } from './expected.mts';
import { takePicture } from './picture.mts';
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

			const dialog = await panel.newCredential();
			const type = new credentialTypes[credential]();
			const notices = noticesIn(type.properties);
			await eventually(async () => expect(await dialog.notices()).toEqual(notices));

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
			if (provider === 'fal')
				await takePicture('credential-dialog', {
					height: 900,
					of: [saved.dialog],
					margin: 0,
				});
		},
	);

	it('of ShortAPI does not claim more than was checked', async () => {
		const { panel } = editor();
		const [provider, credential] = ['shortapi', 'veoShortApi'];
		const node = ownNode(NODE, unified.description, { provider });
		await editor().openWorkflow(await createRow('unknown job', startNode, node));
		await editor().openNode(NODE);
		const { test } = new credentialTypes[credential]();
		const messageOn404 = test?.rules?.[0].properties.message;
		expect(messageOn404).toContain('says nothing about the key');
		// Its answer about a job that it does not know is not documented.
		session().sandbox.inject({ provider, call: 'status', fault: { kind: 'status', status: 404 } });
		const dialog = await panel.newCredential();
		await dialog.fillIn(session().sandbox.credentials[provider]);
		await dialog.save();
		expect(await dialog.whyRefused()).toContain(messageOn404);
	});
});
