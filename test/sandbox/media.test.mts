import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useSandbox } from '../useSandbox.mts';
import { askBare, clientOf } from './client.mts';

const folder = join(__dirname, '../../sandbox/media');
const input = { prompt: 'A lamp', image_urls: ['https://cdn.example.org/lamp.png'] };

const sandbox = useSandbox(60);
const ask = clientOf(sandbox, 'Key');

async function video(more: object = {}): Promise<string> {
	const { data } = await ask('post', '/fal/queue/fal-ai/veo3.1/reference-to-video', {
		...input,
		...more,
	});
	sandbox().finish(data.request_id);
	const result = await ask('get', `/fal/queue/fal-ai/veo3.1/requests/${data.request_id}`);
	return result.data.video.url;
}

describe('the videos', () => {
	const names = readdirSync(folder);

	it('come in both ratios, all small', () => {
		const subjects = (ratio: string) =>
			names.filter((name) => name.endsWith(`-${ratio}.mp4`)).map((name) => name.split('-')[0]);
		expect(subjects('16x9').length).toBeGreaterThanOrEqual(3);
		expect(subjects('9x16')).toEqual(subjects('16x9'));
		for (const name of names) {
			expect(readFileSync(join(folder, name)).length).toBeLessThan(80_000);
		}
	});

	it.each(names)('%s starts playing before it is whole', (name) => {
		const text = readFileSync(join(folder, name)).toString('latin1');
		expect(text.slice(4, 8)).toBe('ftyp');
		expect(text).toContain('avc1');
		expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'));
	});
});

describe('the media host', () => {
	it.each(['16:9', '9:16'])('delivers the %s file of a finished job', async (aspect_ratio) => {
		const url = await video({ aspect_ratio });
		expect(url).toContain(aspect_ratio.replace(':', 'x'));
		const { status, data, headers } = await askBare(url, { responseType: 'arraybuffer' });
		expect(status).toBe(200);
		expect(headers['content-type']).toBe('video/mp4');
		expect(headers['content-length']).toBe(String(data.length));
		expect(data).toEqual(readFileSync(join(folder, url.split('/').pop() ?? '')));
	});

	it('answers Range requests', async () => {
		const headers = { Range: 'bytes=4-7' };
		const { status, data, headers: given } = await askBare(await video(), { headers });
		expect({ status, data }).toEqual({ status: 206, data: 'ftyp' });
		expect(given['content-range']).toMatch(/^bytes 4-7\/\d+$/);
	});

	it('refuses a request that carries a key', async () => {
		const headers = { Authorization: 'Key sandbox-key' };
		expect((await askBare(await video(), { headers })).status).toBe(400);
	});

	it('has nothing for jobs that are not finished, other names, or expired links', async () => {
		const url = await video();
		expect((await askBare(url.replace(/[^/]+$/, 'other.mp4'))).status).toBe(404);
		expect((await askBare(await video({ prompt: '#sandbox:link-gone' }))).status).toBe(404);
		sandbox().reset();
		expect((await askBare(url)).status).toBe(404);
	});

	it('delivers a video of the size the prompt asks for, which is one file and one `free` box', async () => {
		const url = await video({ prompt: 'a #sandbox:megabytes=3' });
		const { data } = await askBare(url, { responseType: 'arraybuffer' });
		expect(data.length).toBe(3 * 2 ** 20);
		const small = readFileSync(join(folder, 'gradients-16x9.mp4'));
		expect(data.subarray(0, small.length)).toEqual(small);
		expect(data.subarray(small.length + 4, small.length + 8).toString()).toBe('free');
		expect(Number(data.readBigUInt64BE(small.length + 8))).toBe(data.length - small.length);
	});

	it('delivers a body of hundreds of megabytes whole', async () => {
		const url = `${sandbox().url}/media/large.mp4?megabytes=600`;
		const { data } = await askBare(url, { responseType: 'stream' });
		let bytes = 0;
		for await (const chunk of data) bytes += chunk.length;
		expect(bytes).toBe(600 * 2 ** 20);
	});

	it.each(['0', 'x', '-1'])('refuses %s megabytes', async (megabytes) => {
		const url = `${sandbox().url}/media/large.mp4?megabytes=${megabytes}`;
		expect((await askBare(url)).status).toBe(400);
	});
});
