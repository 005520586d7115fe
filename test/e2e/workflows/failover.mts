import { setOptionsIn } from './offered.mts';
import type { Offered } from './offered.mts';

export async function providerFailover({
	session,
	addRows,
	rows,
	submits,
	completed,
	failed,
	run,
	imported,
}: Offered): Promise<void> {
	const { client, sandbox } = session();
	const workflow = await imported('provider-failover.json');
	for (const name of ['Generate with fal.ai', 'Generate with EvoLink'])
		setOptionsIn(workflow, name, { pollInterval: 1, concurrency: 1 });
	const refused = 'a film #sandbox:content-policy';
	await addRows(
		{ prompt: 'goes to the second' },
		{ prompt: 'may be accepted' },
		{ prompt: refused },
		{ prompt: 'a fox' },
		{ prompt: 'has a job', job_id: 'from-an-earlier-run' },
	);
	const fal = { provider: 'fal', call: 'submit' } as const;
	sandbox.inject({ ...fal, fault: { kind: 'status', status: 403 } });
	sandbox.inject({ ...fal, fault: { kind: 'status', status: 500 } });
	const id = await client.createWorkflow(workflow);

	await run(id, 'Start');
	expect([submits('fal'), submits('evolink')]).toEqual([4, 1]);
	const found = [
		completed('goes to the second', { provider: 'evolink' }),
		failed('may be accepted', /may have accepted/, { provider: 'fal', job_id: null }),
		failed(refused, /content/i, { provider: 'fal' }),
		completed('a fox', { provider: 'fal' }),
		expect.objectContaining({ prompt: 'has a job', status: null }),
	];
	expect(await rows()).toEqual(found);

	await run(id, 'Start');
	expect([submits('fal'), submits('evolink')]).toEqual([4, 1]);
	expect(await rows()).toEqual(found);
}
