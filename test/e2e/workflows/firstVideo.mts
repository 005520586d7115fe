import { outputOf } from '../../../scripts/n8n/rest.mts';
import { setIn, setOptionsIn } from './offered.mts';
import type { Offered } from './offered.mts';

export async function firstVideo({ session, run, imported }: Offered): Promise<void> {
	const workflow = await imported('first-video.json');
	for (const node of workflow.nodes) delete node.credentials;
	setIn(workflow, 'Generate and Wait', { prompt: 'A fox #sandbox:seconds=1' });
	setOptionsIn(workflow, 'Generate and Wait', { pollInterval: 1 });
	const id = await session().client.createWorkflow(workflow);
	for (const execution of [await run(id, 'Start'), await run(id, 'Start')]) {
		const [video] = outputOf(execution, 'Download');
		expect(video.json).toMatchObject({ provider: 'simulator', status: 'completed' });
		expect(video.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
	}
	expect(session().sandbox.requests).toEqual([]);
}
