import axios from 'axios';

import { fal } from '../../../nodes/FalVeo/fal.provider';
import { useSandbox } from '../../useSandbox.mts';
import { answer, fox } from '../neutral.mts';

const sandbox = useSandbox(600);
const model = 'fal-ai/veo3.1/reference-to-video';
const start = '2026-01-01T00:00:00.000Z';

describe('fal spells the questions about an account', () => {
	it('which requests there were', () => {
		const query = { endpoint_id: model, start, expand: 'payloads', limit: '100' };
		const asked = {
			method: 'GET',
			host: 'platformUrl',
			path: '/v1/models/requests/by-endpoint',
			query,
		};
		expect(fal.recover?.build(model, { start })).toEqual(asked);
		expect(fal.recover?.build(model, { start, cursor: 'abc' })).toEqual({
			...asked,
			query: { ...query, cursor: 'abc' },
		});
	});

	it('what is left', () => {
		expect(fal.balance?.build()).toEqual({
			method: 'GET',
			host: 'platformUrl',
			path: '/v1/account/billing',
			query: { expand: 'credits' },
		});
	});
});

/** As in the documentation, with invented values. */
const record = {
	request_id: '3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be',
	endpoint_id: model,
	started_at: start,
	sent_at: start,
	ended_at: '2026-01-01T00:01:00.000Z',
	status_code: 200,
	duration: 60,
	json_input: { prompt: 'a fox', image_urls: [fox], duration: '8s' },
	json_output: { video: { url: 'https://v3.fal.media/fox.mp4' } },
};

describe('the requests of fal', () => {
	const parse = (body: object) => fal.recover?.parse(answer(200, body));

	it('carry what was asked for, and what came of it', () => {
		const items = [record];
		expect(parse({ items, next_cursor: 'abc', has_more: true })).toEqual({
			requests: [
				{
					jobId: record.request_id,
					input: record.json_input,
					prompt: 'a fox',
					imageUrls: [fox],
					end: { status: 'completed', videoUrl: 'https://v3.fal.media/fox.mp4' },
				},
			],
			cursor: 'abc',
		});
	});

	it.each([
		['it still runs', { ...record, json_output: undefined, status_code: undefined }],
		['its output was not kept', { ...record, json_output: null }],
	])('say nothing of the end where %s', (_, item) => {
		expect(parse({ items: [item], has_more: false })).toEqual({
			requests: [expect.not.objectContaining({ end: expect.anything() })],
		});
	});

	it('without a payload have an id alone', () => {
		const { json_input: _, json_output: __, ...bare } = record;
		expect(parse({ items: [bare], next_cursor: null, has_more: false })).toEqual({
			requests: [{ jobId: record.request_id }],
		});
	});

	it('are left out where there is no id, and never fail for what else is odd', () => {
		const unprintable = { toString: null, valueOf: 5 };
		const odd = { ...record, request_id: unprintable, status_code: unprintable };
		const images = { ...record, json_input: { prompt: 'a fox', image_urls: [unprintable] } };
		const answered = parse({ items: [odd, null, images], next_cursor: {}, has_more: true });
		expect(answered).toEqual({
			requests: [expect.objectContaining({ jobId: record.request_id, imageUrls: ['?'] })],
		});
	});

	it('end as failed where the model refused', () => {
		const detail = [{ type: 'content_policy_violation', msg: 'flagged' }];
		const item = { ...record, status_code: 422, json_output: { detail } };
		expect(parse({ items: [item] })).toMatchObject({
			requests: [{ end: { status: 'failed', failure: { code: 'content_policy' } } }],
		});
	});
});

describe('the sandbox of fal', () => {
	const ask = async (path: string, params: object, key = 'sandbox-key') =>
		await axios.get(`${sandbox().url}/fal/platform/v1/${path}`, {
			params,
			headers: { Authorization: `Key ${key}` },
			validateStatus: () => true,
		});
	const list = async (params: object) => await ask('models/requests/by-endpoint', params);
	const submit = async (prompt: string) => {
		const url = `${sandbox().url}/fal/queue/${model}`;
		const headers = { Authorization: 'Key sandbox-key' };
		const { data } = await axios.post(url, { prompt, image_urls: [fox] }, { headers });
		sandbox().finish(data.request_id);
	};

	it('lists what has ended, with payloads only when asked for', async () => {
		await submit('a fox');
		const { data } = await list({ endpoint_id: model });
		expect(Object.keys(data.items[0]).sort()).toEqual([
			'duration',
			'ended_at',
			'endpoint_id',
			'request_id',
			'sent_at',
			'started_at',
			'status_code',
		]);
		const expanded = await list({ endpoint_id: `${model},other`, expand: 'payloads' });
		expect(expanded.data.items).toMatchObject([
			{ json_input: { prompt: 'a fox' }, json_output: { video: expect.any(Object) } },
		]);
		expect((await list({ endpoint_id: 'other' })).data.items).toEqual([]);
	});

	it('turns pages, the newest end first', async () => {
		for (const prompt of ['one', 'two', 'three']) {
			await submit(prompt);
			await new Promise((resolve) => setTimeout(resolve, 3));
		}
		const asked = { endpoint_id: model, limit: 2, expand: 'payloads' };
		const first = (await list(asked)).data;
		const rest = (await list({ ...asked, cursor: first.next_cursor })).data;
		const prompts = [...first.items, ...rest.items].map(({ json_input: input }) => input.prompt);
		expect(prompts).toEqual(['three', 'two', 'one']);
		expect([first.has_more, rest.has_more, rest.next_cursor]).toEqual([true, false, null]);
	});

	it.each([{}, { limit: 101 }, { start: 'yesterday' }, { expand: 'all' }, { since: start }])(
		'refuses %j',
		async (params) => {
			const asked = Object.keys(params).length > 0 ? { endpoint_id: model, ...params } : {};
			expect((await list(asked)).status).toBe(422);
		},
	);

	it('tells a key with the scope ADMIN what is left, and no other', async () => {
		const asked = { expand: 'credits' };
		const { data } = await ask('account/billing', asked, 'sandbox-admin-key');
		expect(data.credits).toEqual({ current_balance: expect.any(Number), currency: 'USD' });
		expect((await ask('account/billing', asked)).status).toBe(403);
		expect((await ask('account/billing', asked, 'other')).status).toBe(401);
		expect((await ask('account/billing', {}, 'sandbox-admin-key')).data).toEqual({
			username: 'sandbox',
		});
	});
});
