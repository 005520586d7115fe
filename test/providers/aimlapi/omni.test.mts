import { clientOf } from '../../sandbox/client.mts';
import { useSandbox } from '../../useSandbox.mts';

const generations = '/aimlapi/v2/video/generations';
const image = 'https://cdn.example.org/fox.png';
const input = {
	model: 'google/gemini-omni-1.1-flash',
	prompt: '<IMAGE_REF_0> turns its head',
	image_urls: [image],
};

const sandbox = useSandbox();
const ask = clientOf(sandbox, 'Bearer');

describe('Gemini Omni at AI/ML API', () => {
	it.each([
		['references', { task: 'reference_to_video', duration: 3, resolution: '360p' }],
		['six images', { image_urls: Array(6).fill(image), duration: 10, resolution: '4k' }],
		['a data URI', { image_urls: ['data:image/png;base64,AAAA'], aspect_ratio: '9:16' }],
		['a prompt alone', { image_urls: undefined, task: 'text_to_video', delivery: 'uri' }],
	])('takes %s', async (_, more) => {
		expect((await ask('post', generations, { ...input, ...more })).status).toBe(201);
	});

	it.each([
		['a text for the duration', { duration: '8' }, 'duration'],
		['two seconds', { duration: 2 }, 'duration'],
		['eleven seconds', { duration: 11 }, 'duration'],
		['seven images', { image_urls: Array(7).fill(image) }, 'image_urls'],
		['another task', { task: 'dream' }, 'task'],
		['an automatic ratio', { aspect_ratio: 'auto' }, 'aspect_ratio'],
		['a switch for the sound', { generate_audio: true }, 'generate_audio'],
		['a provider', { provider: 'google' }, 'provider'],
	])('answers 400 to %s', async (_, more, hint) => {
		const { status, data } = await ask('post', generations, { ...input, ...more });
		expect(status).toBe(400);
		expect(data.message).toContain(hint);
		expect(sandbox().jobs()).toEqual([]);
	});

	it.each([
		['alone', '', { url: expect.stringMatching(/\.mp4$/) }],
		['in a list', '#sandbox:video-list', [{ url: expect.stringMatching(/\.mp4$/) }]],
	])('gives the video %s', async (_, directive, video) => {
		const prompt = `a ${directive}`;
		const { data } = await ask('post', generations, { ...input, prompt });
		sandbox().finish(data.id);
		const params = { generation_id: data.id };
		expect((await ask('get', generations, undefined, { params })).data.video).toEqual(video);
	});

	it('has a price for each resolution', async () => {
		const params = { id: input.model, include: 'pricing' };
		const { data } = await ask('get', '/aimlapi/v1/models', undefined, { params });
		const [{ pricing }] = data.data;
		expect(pricing.variants.map(({ when }: { when: object }) => when)).toEqual(
			['360p', '720p', '1080p', '4k'].map((resolution) => ({ resolution })),
		);
	});
});
