import { Readable } from 'node:stream';

import type { IDataObject } from 'n8n-workflow';

import { lookInTurn } from '../../../nodes/shared/sleep/look';
import type { Item } from '../../../nodes/shared/n8n/item';
import type { JobState, VideoProvider, WireResponse } from '../../../nodes/shared/types';
import { itemWith } from '../../item.mts';

const provider = {
	id: 'fake',
	credential: 'fakeApi',
	models: [{ id: 'fake-1' }],
	status: {
		build: (jobId: string) => ({ method: 'GET', path: `/${jobId}` }),
		parse: ({ body }: WireResponse) => body as unknown as JobState,
	},
} as unknown as VideoProvider;

const running: JobState = { status: 'in_progress' };
const limited: JobState = {
	status: 'unreadable',
	failure: { code: 'rate_limited', message: 'too many', retryable: true },
};

let now: number;
let asked: string[];
let answers: Array<{ body: JobState; headers?: IDataObject }>;
/** Answers that have not been given yet. */
let open: Array<() => void>;
let isSlow: boolean;
let keys = 0;

beforeEach(() => {
	now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	asked = [];
	answers = [];
	open = [];
	isSlow = false;
	keys++;
});
afterEach(() => jest.restoreAllMocks());

/** Of an execution of its own. */
function itemOf(apiKey = 'key', by = provider): Item {
	const functions = {
		helpers: {
			async httpRequestWithAuthentication(_: string, { url }: { url: string }) {
				asked.push(url.split('/').at(-1) as string);
				await (isSlow ? new Promise<void>((answer) => open.push(answer)) : Promise.resolve());
				const { body, headers = {} } = answers.shift() ?? { body: running };
				return {
					statusCode: 200,
					headers,
					body: Readable.from([Buffer.from(JSON.stringify(body))]),
				};
			},
		},
	} as unknown as Item['functions'];
	const data = { apiKey: `${apiKey} ${keys}`, baseUrl: 'https://api.example.org' };
	return { ...itemWith({}, by), functions, credentials: async () => await Promise.resolve(data) };
}

const look = async (jobId: string, { item = itemOf(), isLast = false } = {}) =>
	(await lookInTurn(item, { jobId }, isLast)).state.status;

const breakOf = (seconds: number) => ({ body: limited, headers: { 'retry-after': `${seconds}` } });

it('asks five questions at a time, whichever executions sleep', async () => {
	isSlow = true;
	const looks = Array.from({ length: 12 }, async (_, index) => await look(`job-${index}`));
	const turn = async () => await new Promise((resolve) => setImmediate(resolve));
	await turn();
	for (const count of [5, 6, 7, 8, 9, 10, 11, 12]) {
		expect(asked).toHaveLength(count);
		open.shift()?.();
		await turn();
	}
	for (const answer of open) answer();
	expect(new Set(await Promise.all(looks))).toEqual(new Set(['in_progress']));
});

it('asks nothing in a break that another execution was asked for', async () => {
	answers.push(breakOf(30));
	expect(await look('one')).toBe('unreadable');
	now += 10_000;
	expect((await lookInTurn(itemOf(), { jobId: 'two' }, false)).retryAfterMs).toBe(20_000);
	expect(asked).toEqual(['one']);
	now += 20_000;
	expect(await look('two')).toBe('in_progress');
	expect(asked).toEqual(['one', 'two']);
});

it('asks in a break when it is the last look', async () => {
	answers.push(breakOf(3600));
	await look('one');
	expect(await look('two', { isLast: true })).toBe('in_progress');
});

it('a break holds for one provider and one key', async () => {
	answers.push(breakOf(30));
	await look('one');
	expect(await look('two', { item: itemOf('another key') })).toBe('in_progress');
	const other = { ...provider, id: 'other' };
	expect(await look('three', { item: itemOf('key', other) })).toBe('in_progress');
	expect(await look('four')).toBe('unreadable');
});

it('an answer that only says when to ask again is no break for others', async () => {
	answers.push({ body: running, headers: { 'retry-after': '30' } });
	await look('one');
	expect(await look('two')).toBe('in_progress');
});
