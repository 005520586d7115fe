import { setTimeout as pause } from 'node:timers/promises';

import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

import { useFastClock, useSandbox } from './sandboxed.mts';
import { mp4, useVideoHost } from './videoHost.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const { paths, asked, hungUp, run, failed } = useVideoHost(sandbox);

it.each(['/octet-page', '/untyped-page', '/untyped-json', '/untyped-crumb', '/problem-json'])(
	'%s: what is no video is refused, once and for all',
	async (path) => {
		expect(await failed(path)).toMatchObject({
			message: expect.stringMatching(/the link leads to .+, not to a video/),
			retryable: false,
		});
		expect(asked).toHaveLength(1);
	},
);

it('a video that ends in the middle is not taken, although no length was announced', async () => {
	expect(await failed('/cut')).toMatchObject({
		message: expect.stringContaining('only 5000 of the bytes of the MP4 file arrived'),
		retryable: true,
	});
	expect(asked).toHaveLength(3);
});

it.each([
	['/empty', 'an empty file'],
	['/empty-chunked', 'an empty file'],
	['/dropped', 'could not be downloaded'],
])('%s is not taken', async (path, message) => {
	expect(await failed(path)).toMatchObject({
		message: expect.stringContaining(message),
		retryable: true,
	});
	expect(asked).toHaveLength(3);
});

it('a host that falls silent in the middle is not waited for', async () => {
	expect(await failed('/silent')).toMatchObject({
		message: expect.stringContaining('nothing arrived for 60 seconds'),
		retryable: true,
	});
}, 60_000);

it('too many requests: one more, later', async () => {
	const { error, items } = await run('/busy');
	expect(error).toBeUndefined();
	expect(items[0].binary?.data.bytes).toBe(mp4.length);
	expect(asked).toHaveLength(2);
});

it('a cancelled execution hangs up', async () => {
	const cancel = new AbortController();
	paths['/endless'] = (_, response) => {
		response.on('close', () => hungUp.push('/endless'));
		response.writeHead(200, { 'content-type': 'video/mp4' }).write(mp4);
		cancel.abort();
	};
	await run('/endless', {}, { signal: cancel.signal });
	await pause(50);
	expect(hungUp).toEqual(['/endless']);
	expect(asked).toHaveLength(1);
});

it('a storage that takes no more is not filled three times', async () => {
	const storage = jest
		.spyOn(Container.get(BinaryDataService), 'store')
		.mockRejectedValue(new Error('The file is too large to be stored'));
	try {
		expect(await failed('/video')).toMatchObject({
			message: expect.stringContaining('n8n could not store the file: The file is too large'),
			retryable: false,
		});
	} finally {
		storage.mockRestore();
	}
	expect(asked).toHaveLength(1);
});

it('a proxy that is not a URL is refused before anything is asked', async () => {
	const { error } = await run('/video', { options: { requestOptions: { proxy: 'nonsense' } } });
	expect(error?.message).toContain('The proxy in Request Options is not a URL');
	expect(asked).toEqual([]);
});

it.each(['/ftp', '/file', '/data', '/nonsense'])('%s: no redirect leaves http(s)', async (path) => {
	const { error, items } = await run(path);
	expect(error?.message).toContain('redirects to an address that is not http:// or https://');
	expect(items).toEqual([]);
	expect(asked).toHaveLength(1);
});

it('a redirect in a circle ends', async () => {
	const { error } = await run('/loop');
	expect(error?.message).toContain('redirects more than 5 times');
	expect(asked).toHaveLength(6);
});

it('a redirect to nowhere is no video', async () => {
	const { error } = await run('/nowhere');
	expect(error?.message).toContain('HTTP 302');
});

it('the download of a file that is far too large is not even begun', async () => {
	const { error } = await run('/huge');
	expect(error?.message).toContain('a file of 3.0 GB');
	expect(asked).toHaveLength(1);
});

it.each(['/huge', '/page'])(
	'%s: an answer that is not read to its end keeps no connection open',
	async (path) => {
		await run(path);
		await pause(50);
		expect(hungUp).toContain(path);
	},
);
