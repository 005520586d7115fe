import type { INodeParameters } from 'n8n-workflow';
import { z } from 'zod';

import { jobItemSchema } from '../../scripts/schema/jobItem.mts';
import type { NodeResult } from './harness.mts';
import {
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();

const published = z.fromJSONSchema(jobItemSchema as z.core.JSONSchema.JSONSchema, {
	defaultTarget: 'openapi-3.0',
});

function expectPublishedShape(result: NodeResult): void {
	const items = jsonOf(result);
	expect(items.length).toBeGreaterThan(0);
	for (const item of items) {
		expect(published.safeParse(item).error?.issues ?? []).toEqual([]);
		expect(Object.keys(item)).toEqual(Object.keys(jobItemSchema.properties ?? {}));
	}
}

it('the schema takes no item without a status, or with a cost in words', async () => {
	const [[, provider]] = providerTable;
	const result = await runUnified(sandbox(), provider, { operation: 'estimateCost', ...request });
	const [item] = jsonOf(result);
	expect(published.safeParse(item).success).toBe(true);
	const { status: _, ...rest } = item;
	expect(published.safeParse(rest).success).toBe(false);
	expect(published.safeParse({ ...item, cost: 'free' }).success).toBe(false);
});

describe.each(providerTable)('what %s returns is what the editor previews', (_, provider) => {
	const run = async (parameters: INodeParameters, options?: RunOptions) =>
		await runUnified(sandbox(), provider, { ...request, ...parameters }, options);
	const metadata = '{"row": 7}';

	it('video: generate, then job: get and cancel', async () => {
		const generated = await run({ operation: 'generate', options: { metadata } });
		expectPublishedShape(generated);
		const jobId = String(jsonOf(generated)[0].jobId);
		expectPublishedShape(await run({ resource: 'job', operation: 'get', jobId }));
		if (provider.cancel) {
			expectPublishedShape(await run({ resource: 'job', operation: 'cancel', jobId }));
		}
	});

	it('video: generateAndWait, then download', async () => {
		const generated = await run({ operation: 'generateAndWait', options: { pollInterval: 1 } });
		expectPublishedShape(generated);
		expect(jsonOf(generated)[0].status).toBe('completed');
		const { jobId, videoUrl } = jsonOf(generated)[0];
		const video = { jobId: String(jobId), videoUrl: String(videoUrl) };
		expectPublishedShape(await run({ operation: 'download', ...video }));
	});

	it('video: estimateCost', async () => {
		expectPublishedShape(await run({ operation: 'estimateCost' }));
	});

	it('a job that fails, and a request that is refused', async () => {
		const failing = { prompt: 'a fox #sandbox:content-policy', options: { pollInterval: 1 } };
		const failed = await run({ operation: 'generateAndWait', ...failing });
		expectPublishedShape(failed);
		expect(jsonOf(failed)[0].error).not.toBeNull();
		const refused = await run(
			{ operation: 'generate', imageUrls: 'no address' },
			{ onError: 'continueRegularOutput' },
		);
		expectPublishedShape(refused);
		expect(jsonOf(refused)[0]).toMatchObject({ jobId: null, status: 'failed' });
	});
});
