import type { INodeParameters } from 'n8n-workflow';

import { newNonce, openToken, sealToken } from '../../nodes/shared/callback/token';
import { fal } from '../../nodes/FalVeo/fal.provider';
import type { VideoProvider } from '../../nodes/shared/types';
import { fixture } from '../providers/answers.mts';
import { jsonOf, providerTable, request, runUnified, useSandbox } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';
import { calling } from './triggered.mts';

const sandbox = useSandbox();
const modelId = 'somebody/new-model/v2/reference-to-video';

const run = async (
	provider: VideoProvider,
	{ options, ...parameters }: INodeParameters & { options?: INodeParameters } = {},
	more: RunOptions = {},
) =>
	await runUnified(
		sandbox(),
		provider,
		{ operation: 'generate', ...request, ...parameters, options: { modelId, ...options } },
		more,
	);

/** The provider serves the new model: at fal.ai at an address of its own. */
function serveIt(provider: VideoProvider): void {
	const call = provider.id === 'fal' ? 'unknown' : 'submit';
	const { status, body } = fixture(provider, 'submit');
	sandbox().inject({ call, fault: { kind: 'status', status, body } });
}

const submitted = () => sandbox().requests[0];

describe.each(providerTable)('%s', (_, provider) => {
	it('sends the ID in place of the chosen model, with the fields of that one', async () => {
		await runUnified(sandbox(), provider, { operation: 'generate', ...request });
		const usual = submitted();
		sandbox().reset();
		serveIt(provider);
		const [job] = jsonOf(await run(provider));
		expect(job).toMatchObject({ model: modelId, status: 'queued', error: null });
		expect(job.cost ?? { kind: 'reserved' }).not.toMatchObject({ kind: 'estimated' });
		const { path, body } = submitted();
		const [{ id }] = provider.models;
		expect(JSON.stringify([path, body])).toBe(
			JSON.stringify([usual.path, usual.body]).replaceAll(id, modelId),
		);
		expect(JSON.stringify([path, body])).toContain(modelId);
	});

	it('an ID that the provider does not know: its refusal, with the ID in it', async () => {
		const [job] = jsonOf(await run(provider, {}, { onError: 'continueRegularOutput' }));
		expect(job).toMatchObject({ status: 'failed', jobId: null, model: modelId });
		const { message } = job.error as { message: string };
		expect(message).toContain(modelId);
		expect(message).toContain(provider.displayName);
		expect(sandbox().jobs()).toEqual([]);
	});

	it('its price is not known, so nobody is asked and no budget is kept', async () => {
		const [estimated] = jsonOf(await run(provider, { operation: 'estimateCost' }));
		expect(estimated).toMatchObject({ model: modelId, cost: null });
		const { error } = await run(provider, { options: { budget: 1000 } });
		expect(error?.message).toContain(`The price of ${modelId} is not known`);
		expect(sandbox().requests).toEqual([]);
	});

	it.each(['', '={{ null }}', provider.models[0].id])('%j changes nothing', async (value) => {
		const [job] = jsonOf(await run(provider, { options: { modelId: value } }));
		expect(job).toMatchObject({ model: provider.models[0].id, error: null });
	});
});

it.each(['../v1/credits', 'a b', 'https://x.example/y', 'a?b=c', '={{ { "a": 1 } }}'])(
	'%s is no ID of a model',
	async (value) => {
		const { error } = await run(fal, { options: { modelId: value } });
		expect(error?.message).toMatch(/^Item 0: Model ID is not the ID of a model/);
		expect(sandbox().requests).toEqual([]);
	},
);

it('the same ID from the list and as Model ID are two things to a budget', async () => {
	const [veo, fast] = fal.models.map(({ id }) => id);
	const { error } = await run(
		fal,
		{
			model: '={{ $json.model }}',
			options: { modelId: '={{ $json.modelId }}', budget: 1000 },
		},
		{ input: [{ model: fast }, { model: veo, modelId: fast }] },
	);
	expect(error?.message).toContain(`The price of ${fast} is not known`);
	expect(sandbox().requests).toEqual([]);
});

it('what the model does not take is refused by the fields of the chosen one', async () => {
	const { error } = await run(fal, { resolution: '={{ "360p" }}' });
	expect(error?.message).toContain('cannot make 360p videos');
	expect(sandbox().requests).toEqual([]);
});

describe('the ID comes along', () => {
	const { body } = fixture(fal, 'submit');
	const jobId = String(body.request_id);
	const place = `/fal/queue/somebody/new-model/requests/${jobId}`;
	const answerWith = (name: string) => {
		const { status, body: answered } = fixture(fal, name);
		sandbox().inject({ call: 'unknown', fault: { kind: 'status', status, body: answered } });
	};
	const paths = () => sandbox().requests.map(({ path }) => path);

	it.each(calling)('in the token of a callback of %s', async (_, provider) => {
		Object.assign(sandbox().settings, { allowHttpCallbacks: true });
		serveIt(provider);
		const callbackUrl = 'http://127.0.0.1:1/callback';
		await run(provider, { options: { callbackUrl } });
		const url = JSON.stringify([submitted().query, submitted().body]);
		const token = /veoToken=([\w.-]+)/.exec(url)?.[1] ?? '';
		expect(openToken(sandbox().apiKey, token, Date.now())).toMatchObject({
			token: { model: modelId },
		});
	});

	it('to Get, Cancel and Download, with the item', async () => {
		serveIt(fal);
		const [job] = jsonOf(await run(fal));
		answerWith('running');
		const item = { input: [job] };
		const ask = async (resource: string, operation: string) =>
			await runUnified(
				sandbox(),
				fal,
				{ resource, operation, jobId: '={{ $json.jobId }}', videoUrl: '' },
				{ ...item, onError: 'continueRegularOutput' },
			);
		expect(jsonOf(await ask('job', 'get'))).toMatchObject([{ jobId, model: modelId }]);
		await ask('job', 'cancel');
		await ask('video', 'download');
		expect(paths().slice(1)).toEqual([`${place}/status`, `${place}/cancel`, `${place}/status`]);
	});

	it('through a sleep', async () => {
		serveIt(fal);
		answerWith('running');
		const result = await run(
			fal,
			{ operation: 'generateAndWait', options: { waitStrategy: 'callback' } },
			{ n8nUrl: 'https://n8n.example.com' },
		);
		expect(paths()).toEqual([`/fal/queue/${modelId}`, `${place}/status`]);
		answerWith('completed');
		answerWith('completed.result');
		const parked = result.run.data.executionData?.nodeExecutionStack[0]?.data.main[0] ?? [];
		expect(parked[0].json).toMatchObject({ jobId, model: modelId });
		// The node's own watcher calls when the time is up, and the job is looked at once more.
		const token = sealToken(sandbox().apiKey, {
			...{ provider: 'fal', model: '', item: 0, nonce: newNonce(), metadata: null },
			...{ sleeper: 'test/Veo', expires: Date.now() + 60_000, watcher: { run: 0, isFinal: true } },
		});
		const { items = [] } = await result.wake({ token });
		expect(items.map(({ json }) => json)).toMatchObject([
			{ jobId, model: modelId, status: 'completed' },
		]);
		expect(paths().slice(2)).toEqual([`${place}/status`, place]);
	});

	it('through a wait that stays awake', async () => {
		serveIt(fal);
		answerWith('completed');
		answerWith('completed.result');
		const options = { waitStrategy: 'polling', pollInterval: 1 };
		const result = await run(fal, { operation: 'generateAndWait', options });
		expect(jsonOf(result)).toMatchObject([{ jobId, model: modelId, status: 'completed' }]);
		expect(paths()).toEqual([`/fal/queue/${modelId}`, `${place}/status`, place]);
	});
});
