import type { IDataObject } from 'n8n-workflow';

import { openToken, sealToken } from '../../nodes/shared/callback/token';
import type { Sandbox } from '../../sandbox/server.mts';
import { until } from '../../scripts/until.mts';
import { useN8nAddress } from './n8nAddress.mts';
import { jsonOf } from './sandboxed.mts';
import { simulate, simulator } from './simulated.mts';
import { startTrigger } from './triggerHarness.mts';

const n8n = useN8nAddress();

const portOf = (url: string) => Number(new URL(url).port);
const noSandbox = { credentials: {} } as Sandbox;

describe('Generate and Wait', () => {
	const wait = async (options: IDataObject, n8nUrl = n8n().url) =>
		await simulate(
			{
				operation: 'generateAndWait',
				prompt: '={{ $json.prompt }}',
				options: { pollInterval: 1, ...options } as never,
			},
			{
				n8nUrl,
				input: ['seconds=1', 'content-policy'].map((word) => ({
					prompt: `a fox #sandbox:${word} ${word.startsWith('c') ? '#sandbox:seconds=1' : ''}`,
				})),
			},
			[portOf(n8nUrl)],
		);

	it.each(['auto', 'callback'])(
		'%s: sleeps, and is woken by this n8n with what each job came to',
		async (waitStrategy) => {
			const result = await wait({ waitStrategy });
			expect(result.run.waitTill).toBeDefined();
			const { token } = await n8n().called();
			const woken = await result.wake({ token });
			expect(woken.status).toBe(200);
			await until('both jobs have ended', async () => {
				if (woken.items) return true;
				const call = n8n().calls.at(-1);
				Object.assign(woken, await result.wake({ token: String(call?.token) }));
				return woken.items !== undefined;
			});
			expect(woken.items?.map(({ json }) => json.status)).toEqual(['completed', 'failed']);
		},
	);

	it('stays awake where n8n does not reach itself, and ends all the same', async () => {
		const result = await wait({}, 'http://127.0.0.1:9');
		expect(result.run.waitTill).toBeUndefined();
		expect(jsonOf(result).map(({ status }) => status)).toEqual(['completed', 'failed']);
	});
});

describe('the trigger', () => {
	const start = async (parameters = {}) => await startTrigger(noSandbox, simulator.id, parameters);
	const generate = async (prompt: string, callbackUrl: string) =>
		jsonOf(
			await simulate(
				{ operation: 'generate', prompt, options: { callbackUrl, metadata: '{"row": 7}' } },
				{},
				[portOf(callbackUrl)],
			),
		)[0];

	it('is called when the job has ended, with no key on either side', async () => {
		const { url, runs } = await start({ options: { downloadVideo: true } });
		const job = await generate('a fox #sandbox:seconds=1', url);
		await until('a run', () => runs.length > 0);
		const [[item]] = runs;
		expect(item.json).toMatchObject({
			provider: 'simulator',
			jobId: job.jobId,
			status: 'completed',
			metadata: { row: 7 },
		});
		expect(item.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
	});

	it('is told about failures, too', async () => {
		const { url, runs } = await start();
		await generate('a fox #sandbox:content-policy #sandbox:seconds=0', url);
		await until('a run', () => runs.length > 0);
		expect(runs[0][0].json).toMatchObject({ status: 'failed', metadata: { row: 7 } });
	});

	it('does not take a token that was sealed with a key', async () => {
		const { url, runs } = await start();
		const token = {
			provider: simulator.id,
			model: simulator.models[0].id,
			item: 0,
			nonce: 'n',
			expires: Date.now() + 60_000,
			metadata: null,
		};
		const post = async (key: string) => {
			const address = `${url}?veoToken=${sealToken(key, token)}`;
			const { status } = await fetch(address, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: '{"job_id": "sim-00000000-0-completed-00000000"}',
			});
			return status;
		};
		expect(openToken('key', sealToken('key', token), Date.now())).toHaveProperty('token');
		expect(await post('key')).toBe(401);
		expect(runs).toEqual([]);
	});
});
