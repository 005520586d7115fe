import type { INodeParameters } from 'n8n-workflow';

import { modelTable } from '../nodes/parameters.mts';
import type { ActionNode } from '../nodes/parameters.mts';
import type { ModelSpec, VideoProvider } from '../../nodes/shared/types';
import { publishedModel } from '../providers/published.mts';
import { until } from '../../scripts/until.mts';
import { runNode } from './harness.mts';
import { jsonOf, useFastClock, useSandbox } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';
import { calling, useTrigger } from './triggered.mts';

const sandbox = useSandbox(0.05);
useFastClock();

/** All that the model can be asked for: the strictness of the sandbox is the test. */
const most = (model: ModelSpec): INodeParameters => ({
	prompt: 'A fox and its den',
	imageUrls: Array.from(
		{ length: model.images.max },
		(_, index) => `https://cdn.example.org/${index}.png`,
	).join(' '),
	aspectRatio: model.aspectRatios.at(-1),
	resolution: model.resolutions.at(-1),
	duration: model.durations.at(-1),
	generateAudio: !model.isAudioFixed,
});

describe.each(modelTable)('%s, %s, %s', (_, providerId, modelId, ...row) => {
	const [node, provider, model]: [ActionNode, VideoProvider, ModelSpec] = row;
	const run = async (parameters: INodeParameters, options: RunOptions = {}) =>
		await runNode({
			type: node.name,
			parameters: { provider: providerId, ...parameters },
			credentials: { [String(provider.credential)]: sandbox().credentials[providerId] },
			...options,
		});
	const wait = { options: { pollInterval: 1 } };
	const running = { ...most(model), model: modelId, prompt: 'x #sandbox:seconds=600' };

	it.each([
		['all that it takes', {}],
		['little', { imageUrls: 'https://cdn.example.org/fox.png', resolution: '720p', duration: 8 }],
		['as little time as possible', { duration: model.durations[0] }],
		['its lowest resolution', { resolution: model.resolutions[0] }],
	])('makes a video of %s, which can be downloaded', async (__, changes) => {
		const parameters = { ...most(model), model: modelId, ...changes };
		const made = await run({ operation: 'generateAndWait', ...parameters, ...wait });
		expect(made.error).toBeUndefined();
		const [job] = jsonOf(made);
		expect(job).toMatchObject({ model: modelId, status: 'completed', error: null });
		const jobId = '={{ $json.jobId }}';
		const loaded = await run({ operation: 'download', jobId, videoUrl: '' }, { input: [job] });
		expect(loaded.error).toBeUndefined();
		expect(loaded.items[0].binary?.data.mimeType).toBe('video/mp4');
	});

	it('is found again, with its item and by its bare ID', async () => {
		const [job] = jsonOf(await run({ operation: 'generate', ...running }));
		const jobId = String(job.jobId);
		const get = { resource: 'job', operation: 'get', jobId };
		const [bare] = jsonOf(await run(get));
		expect(bare).toMatchObject({ jobId, status: expect.stringMatching(/^(queued|in_progress)$/) });
		const asked = sandbox().requests.length;
		const [whole] = jsonOf(await run(get, { input: [job] }));
		expect(whole).toMatchObject({ jobId, model: modelId, error: null });
		// Its item says at once where it is.
		expect(sandbox().requests.slice(asked)).toHaveLength(1);
	});

	if (provider.cancel) {
		it.each([true, false])('is canceled (with its item: %s)', async (hasItem) => {
			const [job] = jsonOf(await run({ operation: 'generate', ...running }));
			const parameters = { resource: 'job', operation: 'cancel', jobId: String(job.jobId) };
			const result = await run(parameters, { input: [hasItem ? job : {}] });
			expect(jsonOf(result)).toMatchObject([{ jobId: job.jobId, status: 'canceled', error: null }]);
		});
	}

	it('costs what is published', async () => {
		const { prices = [] } = publishedModel(modelId);
		for (const [format, silent, audio] of prices) {
			for (const [generateAudio, amount] of [[false, silent] as const, [true, audio] as const]) {
				if (generateAudio && model.isAudioFixed) continue;
				const parameters = { model: modelId, ...format, generateAudio } as INodeParameters;
				const [{ cost }] = jsonOf(await run({ operation: 'estimateCost', ...parameters }));
				const expected = amount === null ? null : { amount, currency: 'USD', kind: 'estimated' };
				expect([format, cost]).toEqual([format, expected]);
			}
		}
	});
});

const callingModels = calling.flatMap(([id, provider]) =>
	provider.models.map((model) => [id, model.id, provider, model] as const),
);

describe.each(callingModels)('%s, %s', (_, modelId, provider, model) => {
	const { trigger, generate } = useTrigger(sandbox, provider);

	it('its callback starts a run', async () => {
		const job = await generate('x', {}, { model: modelId, imageUrls: most(model).imageUrls });
		await until('a run has started', () => trigger().runs.length > 0);
		expect(trigger().runs[0][0].json).toMatchObject({
			jobId: job.jobId,
			model: modelId,
			status: 'completed',
		});
	});
});
