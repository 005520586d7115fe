import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

import { Container } from '@n8n/di';
import type { INodeParameters } from 'n8n-workflow';

import { binaryOf, imageOf } from './imageFiles.mts';
import { jsonOf, providerTable, runUnified, useFastClock, useSandbox } from './sandboxed.mts';
import { download, mp4, useVideoHost } from './videoHost.mts';

const sandbox = useSandbox(0.05);
useFastClock();
const host = useVideoHost(sandbox);
const [[, fal]] = providerTable;

/** As users have it: with the provider's own addresses. */
const ownHosts = {
	...{ apiKey: 'key', baseUrl: fal.baseUrl, restUrl: 'https://rest.fal.ai' },
	platformUrl: 'https://api.fal.ai',
};
const own = { credentials: { [fal.credential]: ownHosts } };

/** Stands for the internet: whatever is asked for, this answers. */
let proxy: Server;
let redirectTo = '';
let asked: string[] = [];
beforeAll(async () => {
	proxy = createServer((incoming, response) => {
		asked.push(String(incoming.url));
		if (incoming.url?.endsWith('/moved')) response.writeHead(302, { location: redirectTo }).end();
		else response.setHeader('content-type', 'video/mp4').end(mp4);
	}).listen(0, '127.0.0.1');
	await once(proxy, 'listening');
});
beforeEach(() => void (asked = []));
afterAll(() => void proxy.close());

const overProxy = async (videoUrl: string, parameters: INodeParameters = {}) => {
	const { port } = proxy.address() as AddressInfo;
	const options = { requestOptions: { proxy: `http://127.0.0.1:${port}` } };
	const all = { ...download, jobId: '', videoUrl, options, ...parameters };
	return await runUnified(sandbox(), fal, all, own);
};

it('with the provider’s own hosts, a video of the internet arrives', async () => {
	const { error, items } = await overProxy('http://cdn.example.com/v.mp4');
	expect(error).toBeUndefined();
	expect(items[0].binary?.data.bytes).toBe(mp4.length);
	expect(asked).toEqual(['http://cdn.example.com/v.mp4']);
});

it('with the provider’s own hosts, a row opens nothing of this machine', async () => {
	const { error } = await host.run('/video', {}, own);
	expect(error?.message).toContain('The video URL is on a private network');
	expect(error?.name).toBe('NodeOperationError');
	expect(host.asked).toEqual([]);
});

const privateUrls = [
	...['http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/latest/meta-data/'],
	...['http://metadata.google.internal/computeMetadata/v1/', 'http://100.100.100.200/latest/'],
	...['http://2852039166/', 'http://[::ffff:a9fe:a9fe]/', 'http://[64:ff9b::a9fe:a9fe]/'],
	...['http://127.0.0.1:5678/rest/login', 'http://localhost.:5678/', 'http://0x7f.1/', 'http://0/'],
	...['http://10.0.0.1/', 'https://wiki.corp/', 'http://[2002:a00:1::]/', 'http://nas/'],
];

it.each(privateUrls)('a row does not open %s', async (url) => {
	const { error } = await overProxy(url);
	expect(error?.message).toContain('The video URL is on a private network');
	expect(asked).toEqual([]);
});

it.each(privateUrls)('a redirect does not lead to %s', async (url) => {
	redirectTo = url;
	const { error, items } = await overProxy('http://cdn.example.com/moved');
	expect(error?.message).toContain('the link redirects to a private network');
	expect(items).toEqual([]);
	expect(asked).toEqual(['http://cdn.example.com/moved']);
});

it('a redirect that names no host is followed to where it came from', async () => {
	redirectTo = '//media.example.com/v.mp4';
	expect((await overProxy('http://cdn.example.com/moved')).error).toBeUndefined();
	expect(asked[1]).toBe('http://media.example.com/v.mp4');
});

describe('with a sandbox as the provider', () => {
	it('its own network is open', async () => {
		expect((await host.run('/relative')).error).toBeUndefined();
	});

	it('what tells the keys of a cloud is not, nor behind a redirect', async () => {
		host.paths['/cloud'] = (_, response) =>
			void response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end();
		expect((await host.run('/cloud')).error?.message).toContain('redirects to a private network');
		const videoUrl = 'http://metadata.google.internal/v.mp4';
		const { error } = await host.run('/video', { videoUrl });
		expect(error?.message).toContain('The video URL is on a private network');
		expect(host.asked).toEqual(['/cloud without a key']);
	});

	it('a job whose provider tells a link to such a place has no video', async () => {
		const submitted = await runUnified(sandbox(), fal, {
			...{ operation: 'generate', prompt: 'A fox', imageUrls: 'https://x.example.org/1.png' },
		});
		const [{ jobId }] = jsonOf(submitted);
		sandbox().finish(String(jobId));
		const body = { video: { url: 'http://169.254.169.254/v.mp4' } };
		sandbox().inject({ call: 'result', fault: { kind: 'status', status: 200, body } });
		const parameters = { ...download, jobId: jobId as string, videoUrl: '' };
		const { error } = await runUnified(sandbox(), fal, parameters);
		expect(error?.message).toContain('The video URL is on a private network');
	});

	it('a storage that sends the bytes of an image there gets none', async () => {
		const urls = {
			upload_url: 'http://169.254.169.254/latest/api/token',
			file_url: 'https://cdn.example.com/1.png',
		};
		sandbox().inject({ call: 'upload', fault: { kind: 'status', status: 200, body: urls } });
		const binary = [{ data: binaryOf(imageOf('image/png', 'a fox')) }];
		const parameters = { operation: 'generate', prompt: 'A fox', imageSource: 'binary' };
		const { error } = await runUnified(sandbox(), fal, parameters, { binary });
		expect(error?.message).toContain('its storage is on a private network');
		expect(sandbox().count({ call: 'submit' })).toBe(0);
	});

	it('n8n’s own protection, where it is on, sees each address', async () => {
		const { SsrfProtectionConfig } = createRequire(require.resolve('n8n-core'))('@n8n/config') as {
			SsrfProtectionConfig: new () => { enabled: boolean };
		};
		const protection = Container.get(SsrfProtectionConfig);
		protection.enabled = true;
		try {
			const { error } = await host.run('/video');
			expect(error?.message).toMatch(/could not be downloaded: .*(blocked|not allowed|denied)/i);
			expect(host.asked).toEqual([]);
		} finally {
			protection.enabled = false;
		}
	});
});
