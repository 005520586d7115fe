import { clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const submitPath = '/evolink/v1/videos/generations';
const image = 'https://cdn.example.org/fox.webp';
const input = {
	model: 'gemini-omni-1.1-flash-reference-to-video',
	prompt: '<IMAGE_REF_0> turns its head',
	image_urls: [image],
};

const sandbox = useSandbox();
const ask = clientOf(sandbox, 'Bearer');

describe('Gemini Omni at EvoLink', () => {
	it.each([
		['little', {}],
		['much', { duration: 10, quality: '4k', image_urls: Array(10).fill(image) }],
		['an upright video in 360p', { duration: 3, quality: '360p', aspect_ratio: '9:16' }],
		['reference videos', { video_urls: ['https://cdn.example.org/a.mp4'], aspect_ratio: 'auto' }],
		['a long prompt', { prompt: 'x'.repeat(5000) }],
		['a callback', { callback_url: 'https://app.example.org/hook' }],
	])('takes %s', async (_, more) => {
		const { status, data } = await ask('post', submitPath, { ...input, ...more });
		expect({ status, data }).toMatchObject({ status: 200, data: { status: 'processing' } });
	});

	it.each([
		['a mode', { generation_type: 'REFERENCE' }, 'generation_type'],
		['a switch for the sound', { generate_audio: false }, 'generate_audio'],
		['a number of videos', { n: 1 }, 'n'],
		['a seed', { seed: 1 }, 'seed'],
		['a resolution, which is called quality', { resolution: '720p' }, 'resolution'],
		['a text for the duration', { duration: '8' }, 'duration'],
		['an automatic duration', { duration: 'auto' }, 'duration'],
		['two seconds', { duration: 2 }, 'duration'],
		['twelve seconds', { duration: 12 }, 'duration'],
		['no images', { image_urls: [] }, 'image_urls'],
		['eleven images', { image_urls: Array(11).fill(image) }, 'image_urls'],
		['a data URI', { image_urls: ['data:image/png;base64,AAAA'] }, 'image_urls.0'],
		['a GIF', { image_urls: ['https://cdn.example.org/fox.gif'] }, 'image_urls.0'],
	])('answers 400 to %s', async (_, more, param) => {
		const { status, data } = await ask('post', submitPath, { ...input, ...more });
		expect(status).toBe(400);
		expect(data.error).toMatchObject({ code: 'invalid_request', param });
		expect(sandbox().jobs()).toEqual([]);
	});

	it('is billed by tokens', async () => {
		const prompt = 'a #sandbox:full-submit';
		const { data } = await ask('post', submitPath, { ...input, prompt, duration: 5 });
		expect(data).toMatchObject({
			task_info: { video_duration: 5 },
			usage: { billing_rule: 'per_token' },
		});
	});
});
