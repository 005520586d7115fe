import { startSandbox } from '../../../sandbox/server.mts';
import type { Sandbox } from '../../../sandbox/server.mts';
import { until } from '../../../scripts/until.mts';
import { to } from '../sleep/sleeping.mts';
import { outputOf } from '../../../scripts/n8n/rest.mts';
import type { INode } from 'n8n-workflow';
import { AIMLAPI } from './watching.mts';
import type { Watching } from './watching.mts';

/** Timeout of the first sleep, and n8n's own deadline two minutes behind it. */
const timeoutMinutes = 0.05;
const deadlineMs = timeoutMinutes * 60_000 + 120_000;

/**
 * n8n must not end the second sleep by a timer that it has armed for the first. This is seen when
 * the first one's deadline has passed, so the other tests run meanwhile.
 */
export function testTwoSleeps(
	{ workflowOf, start, statusOf, ended, credentialWith }: Watching,
	testMeanwhile: () => void,
): void {
	describe('while an execution sleeps a second time', () => {
		/** The other tests empty theirs. */
		let sandbox: Sandbox;
		let id: string;
		let started: number;
		const submits = () => sandbox.count({ call: 'submit' });

		beforeAll(async () => {
			sandbox = await startSandbox({ jobSeconds: 600 });
			const { baseUrl } = sandbox.credentials.aimlapi;
			const { settings } = await credentialWith({ baseUrl });
			const options = { timeout: timeoutMinutes };
			const workflow = workflowOf(['one'], { parameters: AIMLAPI, options, settings });
			const first = workflow.nodes.find(({ name }) => name === 'Veo') as INode;
			workflow.nodes.push({
				...first,
				id: 'Again',
				name: 'Again',
				parameters: { ...first.parameters, prompt: 'again', options: { pollInterval: 1 } },
			});
			workflow.connections.Veo = to('Again');
			id = await start(workflow);
			started = Date.now();
			await until('the first sleep has ended', () => submits() === 2);
		}, 60_000);
		afterAll(async () => await sandbox.stop());

		testMeanwhile();

		it('it sleeps on beyond the deadline of its first sleep', async () => {
			const beyond = started + deadlineMs + 5000;
			await until('the deadline has passed', () => Date.now() > beyond, 150_000);
			expect(await statusOf(id)).toBe('waiting');
			const [one, again] = sandbox.jobs();
			sandbox.finish(again.id);
			const execution = await ended(id);
			expect(outputOf(execution, 'Veo').map(({ json }) => json)).toEqual([
				expect.objectContaining({
					jobId: one.id,
					error: expect.objectContaining({ code: 'timeout' }),
				}),
			]);
			expect(outputOf(execution, 'Again').map(({ json }) => json)).toEqual([
				expect.objectContaining({ jobId: again.id, status: 'completed', error: null }),
			]);
			expect(submits()).toBe(2);
		}, 180_000);
	});
}
