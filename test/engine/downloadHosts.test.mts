import { binaryOf, imageOf } from './imageFiles.mts';
import { useFastClock, useSandbox } from './sandboxed.mts';
import { mp4, noise, useVideoHost, video } from './videoHost.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const { asked, encodings, run } = useVideoHost(sandbox);

it.each(['/octet', '/binary', '/forced', '/untyped'])(
	'%s: what its bytes say is an MP4 arrives whole',
	async (path) => {
		const { error, items } = await run(path);
		expect(error).toBeUndefined();
		expect(items[0].binary?.data).toMatchObject({ bytes: mp4.length, mimeType: 'video/mp4' });
	},
);

it('a file that is as long as announced is whole, whatever stands at its end', async () => {
	const { error, items } = await run('/signed');
	expect(error).toBeUndefined();
	expect(items[0].binary?.data.bytes).toBe(mp4.length + 18);
});

it('asks for the bytes as they are, and takes them from a host that compresses them', async () => {
	const { error, items } = await run('/gzip');
	expect(error).toBeUndefined();
	expect(items[0].binary?.data.bytes).toBe(noise.length);
	expect(encodings).toEqual(['identity']);
});

it.each([
	['..x', 'x.mp4'],
	['a/..b', 'a_..b.mp4'],
	['@'.repeat(10), '_.mp4'],
	['x'.repeat(300), `${'x'.repeat(100)}.mp4`],
])('the video of job "%s" is called %s', async (jobId, fileName) => {
	sandbox().inject({ call: 'status', fault: { kind: 'status', status: 404 }, times: Infinity });
	const { items } = await run('/video', { jobId });
	expect(items[0].binary?.data.fileName).toBe(fileName);
});

it('other files of the item stay with it', async () => {
	const still = binaryOf(imageOf('image/png', 'a fox'));
	const { items } = await run('/video', { binaryField: 'film' }, { binary: [{ still }] });
	expect(Object.keys(items[0].binary ?? {})).toEqual(['still', 'film']);
});

it.each(['/video', '/chunked', '/mp4', '/relative', '/twice'])(
	'%s: the video arrives whole',
	async (path) => {
		const { error, items } = await run(path);
		expect(error).toBeUndefined();
		expect(items[0].binary?.data.bytes).toBe(video.length);
		expect(asked.every((line) => line.endsWith('without a key'))).toBe(true);
	},
);
