import type { INodeParameters } from 'n8n-workflow';

import { testedOn } from '../../scripts/n8n/tested.mts';
import { outputOf } from '../../scripts/n8n/rest.mts';
import { jobItemSchema } from '../../scripts/schema/jobItem.mts';
import { newNode, to } from '../../scripts/n8n/workflow.mts';
import { nodeTypes } from '../../scripts/sources.mts';
import { runOnce, useSession } from './n8nSession.mts';

/** What n8n has saved of a node that was left at its operation: everything but defaults. */
const saved: INodeParameters = {
	prompt: 'A ceramic fox turns its head',
	imageUrls: 'https://cdn.example.org/fox.png',
	options: { pollInterval: 1 },
};

const actionNodes = Object.keys(nodeTypes).filter((name) => !name.endsWith('Trigger'));

describe.each(testedOn.versions)('on n8n %s', (version) => {
	const session = useSession(1, { version });

	describe.each(actionNodes)('%s as it may have been saved', (name) => {
		const type = `n8n-nodes-veo-reference-video.${name}`;
		const run = async (typeVersion: number) => {
			const { credentials } = session();
			const veo = newNode('Veo', type, saved, { typeVersion, credentials });
			const execution = await runOnce(session(), {
				name: 'saved',
				nodes: [newNode('Start', 'n8n-nodes-base.manualTrigger'), veo],
				connections: { Start: to('Veo') },
			});
			expect(execution.status).toBe('success');
			return outputOf(execution, 'Veo').map(({ json }) => json);
		};

		it.each(['1.0.0', '1.1.0'])('the editor is given the outputs of %s', async (version) => {
			for (const operation of ['video/generate', 'video/generateAndWait', 'job/get']) {
				const schema = await session().client.outputSchema(type, `${version}/${operation}`);
				expect(schema).toEqual(jobItemSchema);
			}
			const unknown = session().client.outputSchema(type, `${version}/video/paint`);
			await expect(unknown).rejects.toThrow('404');
		});

		it('without an operation, version 1 generates without waiting', async () => {
			expect(await run(1)).toMatchObject([{ status: 'queued', videoUrl: null }]);
			expect(session().sandbox.count({ call: 'status' })).toBe(0);
		});

		it('without an operation, version 1.1 generates and waits', async () => {
			const videoUrl = expect.stringMatching(/^http/);
			expect(await run(1.1)).toMatchObject([{ status: 'completed', videoUrl }]);
		});
	});
});
