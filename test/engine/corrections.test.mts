import { aimlApi } from '../../nodes/AimlApiVeo/aimlApi.provider';
import { evoLink } from '../../nodes/EvoLinkVeo/evoLink.provider';
import { fal } from '../../nodes/FalVeo/fal.provider';
import type { VideoProvider } from '../../nodes/shared/types';
import { jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();

const finish = async (provider: VideoProvider, prompt: string) =>
	jsonOf(
		await runUnified(sandbox(), provider, {
			operation: 'generateAndWait',
			...request,
			prompt,
			options: { pollInterval: 1 },
		}),
	)[0];

it.each(['bare-id', 'short-id'])('AI/ML API: an id of another shape is an id: %s', async (word) => {
	const { jobId, status } = await finish(aimlApi, `x #sandbox:${word}`);
	expect({ jobId, status }).toEqual({ jobId: sandbox().jobs()[0].id, status: 'completed' });
	const parameters = { resource: 'job', operation: 'get', jobId: String(jobId) };
	const again = await runUnified(sandbox(), aimlApi, parameters);
	expect(jsonOf(again)[0]).toMatchObject({ jobId, status: 'completed' });
});

it('EvoLink: what a task has cost takes the place of what was reserved', async () => {
	const job = await finish(evoLink, 'x #sandbox:charged #sandbox:full-submit');
	expect(job.cost).toEqual({ amount: 0.64, currency: 'USD', kind: 'charged' });
});

it.each([
	[evoLink, 'key-limit', 'The limit of this API key is used up'],
	[fal, 'admin-lock', 'Ask the support of fal.ai'],
])('$displayName: %s is not called a lack of money', async (provider, word, nextStep) => {
	const prompt = `x #sandbox:${word}`;
	const result = await runUnified(sandbox(), provider, {
		operation: 'generate',
		...request,
		prompt,
	});
	expect(result.error?.description).toContain(nextStep);
	expect(result.error?.description).not.toContain('Top up');
});

it('EvoLink: a WebP image by its address is refused before the submit', async () => {
	const imageUrls = 'https://cdn.example.org/fox.webp?size=1';
	const result = await runUnified(sandbox(), evoLink, {
		operation: 'generate',
		...request,
		imageUrls,
	});
	expect(result.error?.message).toMatch(/^Item 0: Reference image 1 is a WebP file/);
	expect(result.error?.description).toBe('Give it as JPEG or PNG');
	expect(sandbox().requests).toEqual([]);
});
