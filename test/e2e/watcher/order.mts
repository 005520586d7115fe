import { until } from '../../../scripts/until.mts';
import { AIHUBMAX, AIMLAPI, hintsOf } from './watching.mts';
import type { Watching } from './watching.mts';

/** Providers that do not call: the node asks, and wakes its execution itself. */
export function testWatcher({
	session,
	jobOf,
	statusOf,
	finish,
	submits,
	workflowOf,
	start,
	asleep,
	fallAsleep,
	ended,
	after,
	completed,
}: Watching): void {
	it.each([AIMLAPI, AIHUBMAX])(
		'$provider: it sleeps, and leaves in the order of the items when all jobs have ended',
		async (parameters) => {
			const prompts = ['one', 'two', 'three'];
			const id = await fallAsleep(prompts, { parameters });
			finish('three');
			const asked = session().sandbox.count({ call: 'status' });
			await until('they are asked about', () => {
				return session().sandbox.count({ call: 'status' }) > asked + prompts.length;
			});
			expect(await statusOf(id)).toBe('waiting');
			finish('two', 'one');
			const execution = await ended(id);
			// As the editor starts it.
			expect(execution).toMatchObject({ mode: 'manual', status: 'success' });
			expect(after(execution)).toEqual(prompts.map(completed));
			expect(hintsOf(execution)).toEqual([]);
			expect(submits()).toBe(3);
		},
	);

	it("a provider's own node sleeps", async () => {
		const workflow = workflowOf(['one', 'two'], {
			parameters: { model: AIMLAPI.model, requestOptions: { timeout: 60_000 } },
			settings: { type: 'n8n-nodes-veo-reference-video.aimlApiVeo' },
		});
		const id = await asleep(await start(workflow));
		finish('one', 'two');
		expect(after(await ended(id))).toEqual(['one', 'two'].map(completed));
		expect(submits()).toBe(2);
	});

	it('when the time is up, what has not ended leaves with its ID', async () => {
		const options = { timeout: 0.05 };
		const id = await fallAsleep(['one', 'two #sandbox:seconds=1'], {
			parameters: AIMLAPI,
			options,
		});
		expect(after(await ended(id))).toEqual([
			expect.objectContaining({
				asked: 'one',
				jobId: jobOf('one').id,
				error: expect.objectContaining({ code: 'timeout' }),
			}),
			completed('two #sandbox:seconds=1'),
		]);
	});
}
