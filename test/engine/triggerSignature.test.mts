import type { CallbackMessage } from '../../sandbox/contract.mts';
import { startSandbox } from '../../sandbox/server.mts';
import type { DeliverOptions } from '../../sandbox/server.mts';
import { until } from '../../scripts/until.mts';
import { request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';
import { callingProvider, useTrigger } from './triggered.mts';
import { startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.05);
useFastClock();

describe('fal signs', () => {
	const fal = callingProvider('fal');
	const { trigger, generate, quietJob } = useTrigger(sandbox, fal);

	const header = (message: CallbackMessage, name: string, value: string): CallbackMessage => ({
		...message,
		headers: Object.fromEntries(
			Object.entries(message.headers).map(([key, old]) => [
				key,
				key.toLowerCase() === name ? value : old,
			]),
		),
	});
	const headerOf = (message: CallbackMessage, name: string) =>
		Object.entries(message.headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';

	it.each<[string, (message: CallbackMessage) => CallbackMessage]>([
		['no signature', (message) => header(message, 'x-fal-webhook-signature', '')],
		[
			'a changed signature',
			(message) => {
				const signature = headerOf(message, 'x-fal-webhook-signature');
				const changed = (signature[0] === '0' ? '1' : '0') + signature.slice(1);
				return header(message, 'x-fal-webhook-signature', changed);
			},
		],
		[
			'a body changed by one byte',
			(message) => ({ ...message, body: message.body.replace('"', ' "') }),
		],
		[
			'a valid signature over re-serialised JSON',
			(message) => ({ ...message, body: JSON.stringify(JSON.parse(message.body), null, 1) }),
		],
		[
			'a stale timestamp',
			(message) =>
				header(message, 'x-fal-webhook-timestamp', String(Math.floor(Date.now() / 1000) - 301)),
		],
		[
			'another request ID in the headers',
			(message) => header(message, 'x-fal-webhook-request-id', 'another'),
		],
	])('%s: 401', async (_, mutate) => {
		const jobId = await quietJob();
		const [{ status }] = await sandbox().deliver(jobId, { mutate });
		expect(status).toBe(401);
		expect(trigger().runs).toEqual([]);
	});

	it('takes an OK with a null payload and a payload error, and a differing gateway ID', async () => {
		for (const directive of ['payload-error', 'gateway-retry']) {
			await generate(`x #sandbox:${directive}`);
		}
		await until('a run has started', () => trigger().runs.length === 2);
		for (const [{ json }] of trigger().runs) expect(json.status).toBe('completed');
	});

	it('keys that fal has changed are fetched again, at most every five minutes', async () => {
		const first = await quietJob();
		await sandbox().deliver(first);
		const fetched = () => sandbox().count({ call: 'jwks' });
		const before = fetched();
		sandbox().rotateKeys();
		const second = await quietJob();
		const answers = await sandbox().deliver(second, { times: 10, parallel: true });
		expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(401));
		expect(fetched() - before).toBe(0);

		const later = Date.now() + 5 * 60_000;
		const now = jest.spyOn(Date, 'now').mockImplementation(() => later);
		try {
			expect((await sandbox().deliver(second)).map(({ status }) => status)).toEqual([200]);
		} finally {
			now.mockRestore();
		}
		expect(fetched() - before).toBe(1);
		expect(trigger().runs).toHaveLength(2);
	});

	it('without its keys no signature is good: it is asked to deliver again', async () => {
		// One whose keys no test has seen before.
		const other = await startSandbox({ jobSeconds: 600, allowHttpCallbacks: true });
		try {
			const trigger = await startTrigger(other, 'fal');
			other.inject({ call: 'jwks', fault: { kind: 'status', status: 503 }, times: 2 });
			const options = { callbackUrl: trigger.url };
			await runUnified(other, fal, { operation: 'generate', ...request, options });
			const [{ id }] = other.jobs();
			other.settings.allowHttpCallbacks = false;
			other.finish(id);
			other.settings.allowHttpCallbacks = true;
			const statuses = async (options?: DeliverOptions) =>
				new Set((await other.deliver(id, options)).map(({ status }) => status));
			expect(await statuses({ times: 50, parallel: true })).toEqual(new Set([503]));
			expect(await statuses({ times: 20 })).toEqual(new Set([503]));
			expect(trigger.runs).toEqual([]);
			expect(other.count({ call: 'jwks' })).toBe(1);

			const later = Date.now() + 30_000;
			const now = jest.spyOn(Date, 'now').mockImplementation(() => later);
			try {
				expect(await statuses()).toEqual(new Set([503]));
				expect(other.count({ call: 'jwks' })).toBe(2);
				now.mockImplementation(() => later + 30_000);
				expect(await statuses()).toEqual(new Set([200]));
			} finally {
				now.mockRestore();
			}
			expect(trigger.runs).toHaveLength(1);
		} finally {
			await other.stop();
		}
	});
});
