import { setTimeout as pause } from 'node:timers/promises';

import { until } from '../../../scripts/until.mts';
import { AIMLAPI } from './watching.mts';
import type { Watching } from './watching.mts';

type Credential = Awaited<ReturnType<Watching['credentialWith']>>;

/** What happens to a workflow, its execution and its credential while it sleeps. */
export function testLife({
	session,
	finish,
	submits,
	workflowOf,
	start,
	asleep,
	ended,
	after,
	completed,
	wakesOf,
	called,
	credentialWith,
}: Watching): void {
	const parameters = AIMLAPI;

	/** It is called once, with this answer, and then no more. */
	async function isLeftAlone(id: string, status: number): Promise<void> {
		await until('the watcher has called', () => wakesOf(id).some((call) => call.status));
		await pause(2000);
		expect(wakesOf(id).map((call) => call.status)).toEqual([status]);
	}

	it('a workflow that is deactivated wakes', async () => {
		const { workflowId, id } = await called(workflowOf(['one'], { parameters }));
		await asleep(id);
		await session().client.deactivate(workflowId);
		finish('one');
		const execution = await ended(id);
		expect(execution).toMatchObject({ mode: 'webhook', status: 'success' });
		expect(after(execution)).toEqual([completed('one')]);
		expect(submits()).toBe(1);
	});

	it('a workflow that is deleted is left alone', async () => {
		const { workflowId, id } = await called(workflowOf(['one'], { parameters }));
		await asleep(id);
		await session().client.deleteWorkflow(workflowId);
		finish('one');
		await isLeftAlone(id, 404);
	});

	it('an execution that is stopped is left alone', async () => {
		const id = await asleep(await start(workflowOf(['one'], { parameters })));
		await session().client.stopExecution(id);
		finish('one');
		await isLeftAlone(id, 409);
		expect((await ended(id)).status).toBe('canceled');
	});

	it.each([
		['replaced', async (credential: Credential) => await credential.change({ apiKey: 'the next' })],
		['deleted', async ({ id }: Credential) => await session().client.deleteCredential(id)],
	])('a key that is %s: it wakes, in the process of its watcher', async (_, change) => {
		const credential = await credentialWith({});
		const { settings } = credential;
		const id = await asleep(await start(workflowOf(['one', 'two'], { parameters, settings })));
		await change(credential);
		finish('one', 'two');
		const execution = await ended(id);
		expect(after(execution)).toEqual(['one', 'two'].map(completed));
		expect(wakesOf(id).map((call) => call.status)).toEqual([200]);
	});
}
