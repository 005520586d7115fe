import { openToken, sealToken } from '../../nodes/shared/callback/token';
import type { CallbackToken } from '../../nodes/shared/callback/token';
import { useFastClock, useSandbox } from './sandboxed.mts';
import { calling, useTrigger, withToken } from './triggered.mts';
import { allWarnings, startTrigger } from './triggerHarness.mts';

const sandbox = useSandbox(0.05);
useFastClock();

/** The address of one trigger with the token of a job that was told to call another. */
const moved = (address: string, token: string) => ({ url: withToken(address, token) });

describe.each(calling)('%s', (id, provider) => {
	const { trigger, generate, quietJob, send, urlOf, tokenOf } = useTrigger(sandbox, provider);
	const otherTrigger = async () =>
		await startTrigger(sandbox(), id, {}, { workflowId: crypto.randomUUID() });

	const contentOf = (jobId: string): CallbackToken => {
		const opened = openToken(sandbox().apiKey, tokenOf(jobId), Date.now());
		if ('problem' in opened) throw new Error(opened.problem);
		return opened.token;
	};

	it('a token of one trigger starts no other one, and can still be used at its own', async () => {
		const jobId = await quietJob();
		const other = await otherTrigger();
		expect(await send(jobId, moved(other.url, tokenOf(jobId)))).toEqual([401]);
		expect(other.runs).toEqual([]);
		expect(allWarnings.join()).toContain('made for another trigger');
		expect(await send(jobId)).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
		expect(trigger().runs[0][0].json).toMatchObject({ jobId, metadata: { row: 7 } });
	});

	it('a token of one trigger, after its run, starts no other one either', async () => {
		const jobId = await quietJob();
		const other = await otherTrigger();
		expect(await send(jobId)).toEqual([200]);
		expect(await send(jobId, moved(other.url, tokenOf(jobId)))).toEqual([401]);
		expect(other.runs).toEqual([]);
	});

	it.each([
		[
			'behind a proxy that changes host and path',
			(url: string) => url.replace('/webhook/', '/a/b/'),
		],
		['at its test URL', (url: string) => url.replace('/webhook/', '/webhook-test/')],
		['with a slash at the end', (url: string) => `${url}/`],
	])('its own trigger is recognised %s', async (_, change) => {
		const callbackUrl = change(trigger().url);
		const { jobId } = await generate('x #sandbox:seconds=600', { callbackUrl });
		expect(contentOf(String(jobId)).receiver).toBe(trigger().webhookId);
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(String(jobId));
		sandbox().settings.allowHttpCallbacks = true;
		const other = await otherTrigger();
		expect(await send(String(jobId), moved(other.url, tokenOf(String(jobId))))).toEqual([401]);
		expect(await send(String(jobId), { url: urlOf(String(jobId)) })).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
	});

	it('the address of a relay names no trigger, so the one that it passes on to takes the token', async () => {
		const callbackUrl = trigger().url.replace(/\/webhook\/.*/, '/relay/for/videos');
		const { jobId } = await generate('x #sandbox:seconds=600', { callbackUrl });
		expect(contentOf(String(jobId)).receiver).toBeUndefined();
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(String(jobId));
		sandbox().settings.allowHttpCallbacks = true;
		expect(await send(String(jobId))).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
	});

	it('a token from before tokens were bound is still taken', async () => {
		const jobId = await quietJob();
		const { receiver: _, ...old } = contentOf(jobId);
		const token = sealToken(sandbox().apiKey, old);
		expect(await send(jobId, moved(trigger().url, token))).toEqual([200]);
		expect(trigger().runs).toHaveLength(1);
	});
});
