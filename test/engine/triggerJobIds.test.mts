import { useFastClock, useSandbox } from './sandboxed.mts';
import { calling, useTrigger } from './triggered.mts';

const sandbox = useSandbox(0.05);
useFastClock();

/** Made-up ids of the shape that each provider's own ones have. */
const madeUp: Record<string, (index: number) => string> = {
	fal: (index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
	shortapi: (index) => `made-up-${index}`,
	evolink: (index) => `task-unified-1700000000-madeup${index}`,
};

/** What the provider would sign, about another job. */
const about = (jobId: string, other: string) => ({
	payload: (payload: unknown) =>
		JSON.parse(JSON.stringify(payload).replaceAll(jobId, other)) as unknown,
});

describe.each(calling)('%s', (id, provider) => {
	const { trigger, quietJob, send } = useTrigger(sandbox, provider);
	const asked = () => sandbox().requests.filter(({ call }) => call !== 'jwks').length;

	it('made-up job IDs do not keep the real delivery away', async () => {
		const jobId = await quietJob();
		for (let index = 0; index < 5; index++) {
			const [status] = await send(jobId, about(jobId, madeUp[id](index)));
			expect([400, 503]).toContain(status);
		}
		expect(await send(jobId)).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
		expect(trigger().runs[0][0].json).toMatchObject({ jobId, metadata: { row: 7 } });
	});

	it('a made-up job ID that the provider is slow to answer for does not, either', async () => {
		const jobId = await quietJob();
		const fault = { kind: 'slow', milliseconds: 400, where: 'headers' } as const;
		sandbox().inject({ call: 'status', fault });
		const forged = send(jobId, about(jobId, madeUp[id](1)));
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(await send(jobId)).toEqual([200]);
		expect([200, 400, 503]).toContain((await forged)[0]);
		expect(trigger().runs).toHaveLength(1);
	});

	it('two jobs that have ended, at the same moment with the same token: one run', async () => {
		const [one, other] = [await quietJob(), await quietJob()];
		const statuses = await Promise.all([send(one), send(one, about(one, other))]);
		expect(statuses).toEqual([[200], [200]]);
		expect(trigger().runs).toHaveLength(1);
	});

	it('a flood of made-up job IDs makes us ask twenty times in two seconds at most', async () => {
		const jobId = await quietJob();
		const before = asked();
		await Promise.all(
			Array.from({ length: 60 }, async (_, index) => send(jobId, about(jobId, madeUp[id](index)))),
		);
		expect(asked() - before).toBeLessThanOrEqual(20);
		expect(trigger().runs).toEqual([]);
	});

	it.each([
		'.',
		'..',
		'...',
		' ',
		'a b',
		'a\u0000b',
		'../../../account',
		'..%2F..%2Faccount',
		'x'.repeat(100_000),
	])('the job ID %j: 400, and nobody is asked', async (evil) => {
		const jobId = await quietJob();
		const before = asked();
		expect(await send(jobId, about(jobId, evil.replace('\u0000', '\\u0000')))).toEqual([400]);
		expect(asked() - before).toBe(0);
		expect(await send(jobId)).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
	});

	if (provider.jobIdPattern) {
		it('an ID of another shape than its own ones: 400, a line in the log, nobody is asked', async () => {
			const jobId = await quietJob();
			const before = asked();
			expect(await send(jobId, about(jobId, 'stranger'))).toEqual([400]);
			expect(asked() - before).toBe(0);
			expect(trigger().warnings.join()).toContain('job ID');
		});
	}
});
