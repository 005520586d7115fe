import { clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const model = 'google/gemini-omni-flash/v1.1/reference-to-video';
const submitPath = `/fal/queue/${model}`;
const app = '/fal/queue/google/gemini-omni-flash';
const veo = '/fal/queue/fal-ai/veo3.1';
const image = 'https://cdn.example.org/fox.png';
const input = { prompt: '<IMAGE_REF_0> turns its head', image_urls: [image] };

const sandbox = useSandbox();
const ask = clientOf(sandbox, 'Key');

it('the fast model of Veo takes what Veo takes', async () => {
	const path = `${veo}/fast/reference-to-video`;
	const { status, data } = await ask('post', path, { ...input, duration: '8s', auto_fix: true });
	expect(status).toBe(200);
	expect(data.status_url).toBe(`${sandbox().url}${veo}/requests/${data.request_id}/status`);
	expect((await ask('post', path, { ...input, duration: '4s' })).status).toBe(422);
});

describe('Gemini Omni at fal', () => {
	it('takes every documented field', async () => {
		for (const more of [
			{ duration: 3, resolution: '360p', aspect_ratio: '9:16' },
			{ duration: 10, resolution: '4k', image_urls: Array(10).fill(image) },
			{ image_urls: undefined, reference_video_urls: ['https://cdn.example.org/a.mp4'] },
		]) {
			expect((await ask('post', submitPath, { ...input, ...more })).status).toBe(200);
		}
	});

	it.each([
		['a text for the duration', { duration: '8' }, 'duration'],
		['the duration as Veo spells it', { duration: '8s' }, 'duration'],
		['two seconds', { duration: 2 }, 'duration'],
		['eleven seconds', { duration: 11 }, 'duration'],
		['half a second', { duration: 3.5 }, 'duration'],
		['another resolution', { resolution: '480p' }, 'resolution'],
		['an automatic ratio', { aspect_ratio: 'auto' }, 'aspect_ratio'],
		['a switch for the sound', { generate_audio: true }, 'generate_audio'],
		['a control of Veo', { auto_fix: true }, 'auto_fix'],
		['eleven images', { image_urls: Array(11).fill(image) }, 'image_urls'],
	])('answers 422 to %s', async (_, more, field) => {
		const { status, data } = await ask('post', submitPath, { ...input, ...more });
		expect(status).toBe(422);
		expect(data.detail[0].loc.slice(0, 2)).toEqual(['body', field]);
		expect(sandbox().jobs()).toEqual([]);
	});

	it('knows its jobs under owner and app alone, and no other app knows them', async () => {
		const { data } = await ask('post', submitPath, input);
		const id = String(data.request_id);
		expect(data.response_url).toBe(`${sandbox().url}${app}/requests/${id}`);
		expect((await ask('get', `${app}/requests/${id}/status`)).status).toBe(202);
		expect((await ask('get', `${submitPath}/requests/${id}/status`)).status).toBe(404);
		expect(await ask('get', `${veo}/requests/${id}/status`)).toMatchObject({
			status: 404,
			data: { status: 'NOT_FOUND' },
		});
		sandbox().finish(id);
		expect((await ask('get', `${app}/requests/${id}`)).data.video.url).toMatch(/\.mp4$/);
	});
});
