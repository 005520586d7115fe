import { Readable } from 'node:stream';

import type { IAdditionalCredentialOptions, ICredentialDataDecryptedObject } from 'n8n-workflow';

import { openToken } from '../../../nodes/shared/callback/token';
import type { CallbackToken } from '../../../nodes/shared/callback/token';
import { emptyJob } from '../../../nodes/shared/job/job';
import { netMs, Sleep } from '../../../nodes/shared/sleep/sleep';
import { copyForWatcher, watch } from '../../../nodes/shared/sleep/watcher';
import { systemClock } from '../../../nodes/shared/time/pause';
import type { JobState, VideoProvider, WireResponse } from '../../../nodes/shared/types';
import { executionId, sleepingItem } from './sleepingItem.mts';
import type { Answer } from './sleepingItem.mts';
import { virtualClock } from '../virtualClock.mts';
import type { VirtualClock } from '../virtualClock.mts';

const second = 1000;
const minute = 60 * second;
const intervalMs = 10 * second;
const timeoutMs = 15 * minute;

const address = `https://n8n.example.com/webhook-waiting/${executionId}/veo?signature=signed`;
const videoUrl = 'https://media.example.org/fox.mp4';
const done: JobState = { status: 'completed', videoUrl };
const running: JobState = { status: 'in_progress' };
const refused: JobState = {
	status: 'unreadable',
	failure: { code: 'authentication', message: 'the key was refused', retryable: false },
};

/** Reads what the test says; its wire is tested elsewhere. */
const provider = {
	id: 'fake',
	displayName: 'Fake',
	baseUrl: 'https://api.example.org',
	credential: 'fakeApi',
	models: [{ id: 'fake-1' }],
	status: {
		build: (jobId: string) => ({ method: 'GET', path: `/${jobId}` }),
		parse: ({ body }: WireResponse) => body as unknown as JobState,
	},
} as unknown as VideoProvider;

let clock: VirtualClock;
let start: number;

beforeEach(() => {
	clock = virtualClock();
	start = Date.now();
	jest.spyOn(systemClock, 'now').mockImplementation(() => start + clock.now());
	jest.spyOn(systemClock, 'sleep').mockImplementation(async (ms) => await clock.sleep(ms));
	jest.spyOn(Date, 'now').mockImplementation(() => start + clock.now());
});
afterEach(() => jest.restoreAllMocks());

interface Scene {
	/** What n8n answers to the calls of the watcher, in turn; the last answer stays. */
	answers?: Answer[];
	/** What is read of the jobs at this time, in milliseconds after falling asleep. */
	stateOf?: (jobId: string, at: number) => JobState;
	jobs?: number;
	/** Looks at the end only, as where providers call. */
	once?: boolean;
	/** When others have woken the execution. */
	wokenAt?: number;
	/** Keys that the provider does not take any more. */
	refusedKeys?: string[];
	/** The credential as n8n has it now. */
	newCredential?: () => ICredentialDataDecryptedObject;
}

async function watched({
	answers = [{ statusCode: 200 }],
	stateOf = () => done,
	jobs = 1,
	once = false,
	wokenAt,
	refusedKeys = [],
	newCredential = () => ({ apiKey: 'new key', baseUrl: provider.baseUrl }),
}: Scene) {
	const wakes: Array<{ at: number; token: string; url: URL }> = [];
	const reads: Array<{ jobId: string; at: number; timeout: number; apiKey: string }> = [];
	const { item } = sleepingItem({
		provider,
		answer: ({ url }) => {
			const parsed = new URL(url);
			const token = String(parsed.searchParams.get('veoToken'));
			wakes.push({ at: clock.now(), token, url: parsed });
			return answers[Math.min(wakes.length, answers.length) - 1];
		},
	});
	let evaluations = 0;
	const chosen = { [String(provider.credential)]: { id: '1', name: 'Account' } };
	Object.assign(item.functions, {
		getNode: () => ({ ...item.node, credentials: chosen }),
		getCredentials: async () => await Promise.resolve(newCredential()),
	});
	Object.assign(item.functions.helpers, {
		async httpRequestWithAuthentication(
			_: string,
			{ url, timeout }: { url: string; timeout: number },
			{ credentialsDecrypted }: IAdditionalCredentialOptions,
		) {
			const jobId = url.split('/').at(-1) as string;
			const apiKey = String(credentialsDecrypted?.data?.apiKey);
			reads.push({ jobId, at: clock.now(), timeout, apiKey });
			await Promise.resolve();
			const state = refusedKeys.includes(apiKey) ? refused : stateOf(jobId, clock.now());
			const body = Readable.from([Buffer.from(JSON.stringify(state))]);
			return { statusCode: 200, headers: {}, body };
		},
	});
	const parameter = (name: string) => {
		evaluations++;
		return name === 'requestOptions' ? { timeout: 7000 } : null;
	};
	const credentials = async () => {
		evaluations++;
		return await Promise.resolve({ apiKey: 'old key', baseUrl: provider.baseUrl });
	};
	const sleep = new Sleep(2, start + timeoutMs + netMs);
	if (wokenAt !== undefined) clock.at(wokenAt, () => sleep.end());
	const parked = await Promise.all(
		Array.from({ length: jobs }, async (__, index) => ({
			item: await copyForWatcher({ ...item, index, parameter, credentials }),
			job: emptyJob(provider, { jobId: `job-${index}`, metadata: { row: index } }),
		})),
	);
	const before = evaluations;
	await watch({
		sleep,
		sleeper: `${executionId}/node-id`,
		address,
		jobs: parked,
		endsAt: start + timeoutMs,
		intervalMs: once ? undefined : intervalMs,
	});
	return { wakes, reads, sleep, evaluated: evaluations - before };
}

const tokenOf = ({ token }: { token: string }, key = 'old key'): CallbackToken | undefined => {
	const opened = openToken(key, token, Date.now());
	return 'token' in opened ? opened.token : undefined;
};

const conflict = (message: string): Answer => ({ statusCode: 409, body: { message } });
const stillSaving = conflict(`The execution "${executionId}" is running already.`);
const hasFinished = conflict(`The execution "${executionId}" has finished with error.`);

it('asks at the interval, and calls once when every job has ended', async () => {
	const { wakes, reads, sleep } = await watched({
		jobs: 3,
		stateOf: (jobId, at) => (jobId === 'job-1' && at < 5 * minute ? running : done),
	});
	expect(reads.filter(({ jobId }) => jobId !== 'job-1')).toHaveLength(2);
	expect(reads.filter(({ jobId }) => jobId === 'job-1').length).toBeGreaterThan(20);
	expect(wakes).toHaveLength(1);
	const [{ url, at }] = wakes;
	expect(at).toBeGreaterThanOrEqual(5 * minute);
	expect(at).toBeLessThan(5 * minute + 15 * second);
	url.searchParams.delete('veoToken');
	expect(url.toString()).toBe(address);
	expect(tokenOf(wakes[0])).toMatchObject({
		provider: 'fake',
		sleeper: `${executionId}/node-id`,
		item: 0,
		watcher: { run: 2, isFinal: false },
	});
	// What it has learned is there before its call comes back.
	expect([0, 1, 2].map((index) => sleep.gathering.resultOf(index)?.job)).toEqual(
		[0, 1, 2].map((row) =>
			expect.objectContaining({ status: 'completed', videoUrl, metadata: { row }, error: null }),
		),
	);
});

it('works with the options and the credential that were read before the node returned', async () => {
	const { reads, evaluated } = await watched({});
	expect(reads.map(({ timeout }) => timeout)).toEqual([7000]);
	// n8n evaluates nothing any more.
	expect(evaluated).toBe(0);
});

it('looks once, when the time is up, where the provider calls', async () => {
	const { wakes, reads } = await watched({ once: true });
	expect(reads).toHaveLength(1);
	expect(reads[0].at).toBeGreaterThanOrEqual(timeoutMs);
	expect(tokenOf(wakes[0])?.watcher).toEqual({ run: 2, isFinal: false });
});

it('looks when the time is up, however late it is', async () => {
	// The clock goes on between any two lines.
	jest.spyOn(systemClock, 'now').mockImplementation(() => {
		clock.pass(1);
		return start + clock.now();
	});
	const { wakes, reads } = await watched({ once: true });
	expect(reads).toHaveLength(1);
	expect(tokenOf(wakes[0])?.watcher?.isFinal).toBe(false);
});

it.each([
	['it asks itself', false],
	['the provider calls', true],
])('says that the time is up when a job has not ended, where %s', async (_, once) => {
	const { wakes, sleep } = await watched({
		jobs: 2,
		once,
		stateOf: (jobId) => (jobId === 'job-0' ? done : { ...running, progress: 40 }),
	});
	expect(wakes).toHaveLength(1);
	expect(wakes[0].at).toBeGreaterThanOrEqual(timeoutMs);
	expect(wakes[0].at).toBeLessThan(timeoutMs + 5 * second);
	expect(tokenOf(wakes[0])?.watcher?.isFinal).toBe(true);
	expect(sleep.gathering.resultOf(0)?.job.status).toBe('completed');
	expect(sleep.gathering.resultOf(1)?.job).toMatchObject({
		status: 'in_progress',
		progress: 40,
		error: { code: 'timeout' },
	});
});

it('wakes with what it knows when the last look takes too long', async () => {
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const timer = new AbortController();
		clock.at(ms, () => timer.abort());
		return timer.signal;
	});
	const { wakes, sleep } = await watched({
		jobs: 2,
		stateOf(jobId, at) {
			if (jobId === 'job-0') return done;
			if (at >= timeoutMs) clock.pass(35 * second);
			return running;
		},
	});
	expect(wakes).toHaveLength(1);
	expect(tokenOf(wakes[0])?.watcher?.isFinal).toBe(true);
	expect(sleep.gathering.resultOf(0)?.job.status).toBe('completed');
	expect(sleep.gathering.resultOf(1)).toBeUndefined();
	// The look that was too slow would go on by the real clock.
	sleep.end();
});

describe('a key that was replaced while the execution slept', () => {
	it('reads the credential again, once, and asks with the new one', async () => {
		const newCredential = jest.fn(() => ({ apiKey: 'new key', baseUrl: provider.baseUrl }));
		const { reads, sleep } = await watched({ jobs: 3, refusedKeys: ['old key'], newCredential });
		expect([0, 1, 2].map((index) => sleep.gathering.resultOf(index)?.job.status)).toEqual(
			Array(3).fill('completed'),
		);
		expect(reads.filter(({ apiKey }) => apiKey === 'new key')).toHaveLength(3);
		expect(newCredential).toHaveBeenCalledTimes(1);
	});

	it.each([
		['the same', () => ({ apiKey: 'old key' })],
		['an empty one', () => ({ apiKey: '' })],
		[
			'gone',
			() => {
				throw new Error('Credential with ID "1" does not exist');
			},
		],
	])('is given up when the credential is %s', async (_, newCredential) => {
		const { reads, sleep } = await watched({ refusedKeys: ['old key'], newCredential });
		expect(reads).toHaveLength(1);
		expect(sleep.gathering.resultOf(0)?.job.error?.code).toBe('authentication');
	});
});

it('counts a job that can never be read as ended', async () => {
	const { wakes, sleep } = await watched({ stateOf: () => refused });
	expect(wakes).toHaveLength(1);
	expect(wakes[0].at).toBeLessThan(minute);
	expect(tokenOf(wakes[0])?.watcher?.isFinal).toBe(false);
	expect(sleep.gathering.resultOf(0)?.job).toMatchObject({
		jobId: 'job-0',
		error: { code: 'authentication' },
	});
});

describe('calls again', () => {
	it.each<[string, Answer]>([
		['n8n still saves the execution', stillSaving],
		['n8n has a fault', { statusCode: 500 }],
		['the node is not ready', { statusCode: 503 }],
		['a proxy before n8n holds it back', { statusCode: 429 }],
		['nobody answers', new Error('connect ECONNREFUSED')],
	])('when %s, until it is heard', async (_, trouble) => {
		const { wakes } = await watched({ answers: [trouble, trouble, trouble, { statusCode: 200 }] });
		expect(wakes).toHaveLength(4);
		const gaps = wakes.slice(1).map(({ at }, index) => at - wakes[index].at);
		expect(gaps[0]).toBeGreaterThanOrEqual(500);
		expect(gaps[2]).toBeGreaterThan(gaps[0]);
		// A new token each time: one that was seen is worth nothing.
		expect(new Set(wakes.map(({ token }) => token)).size).toBe(4);
	});

	it("until the last 75 seconds before n8n's own deadline, and never in them", async () => {
		const { wakes } = await watched({ answers: [{ statusCode: 503 }] });
		const last = wakes.at(-1)?.at ?? 0;
		expect(last).toBeLessThan(timeoutMs + netMs - 75 * second);
		expect(last).toBeGreaterThan(timeoutMs + netMs - 75 * second - 15 * second);
	});
});

it.each<[string, Answer]>([
	['is woken', { statusCode: 200 }],
	['is gone', { statusCode: 404 }],
	['has finished', hasFinished],
	['sleeps in another round', { statusCode: 410 }],
])('calls no more when the execution %s', async (_, answer) => {
	const { wakes } = await watched({ answers: [answer] });
	expect(wakes).toHaveLength(1);
});

describe('when its token is refused', () => {
	it('reads the credential again, once, and seals with the new key', async () => {
		const newCredential = jest.fn(() => ({ apiKey: 'new key' }));
		const { wakes } = await watched({
			answers: [{ statusCode: 401 }, stillSaving, { statusCode: 200 }],
			newCredential,
		});
		expect(wakes).toHaveLength(3);
		expect(tokenOf(wakes[0], 'old key')).toBeDefined();
		expect(tokenOf(wakes[1], 'new key')).toBeDefined();
		expect(tokenOf(wakes[2], 'new key')).toBeDefined();
	});

	it('gives up at the second time', async () => {
		expect((await watched({ answers: [{ statusCode: 401 }] })).wakes).toHaveLength(2);
	});

	it('gives up when the credential cannot be read any more', async () => {
		const newCredential = () => {
			throw new Error('No bridge acquired');
		};
		const { wakes } = await watched({ answers: [{ statusCode: 401 }], newCredential });
		expect(wakes).toHaveLength(1);
	});
});

it('asks and calls no more when others have woken the execution', async () => {
	const wokenAt = 3 * minute;
	const { wakes, reads } = await watched({ stateOf: () => running, wokenAt });
	expect(reads.length).toBeGreaterThan(10);
	expect(Math.max(...reads.map(({ at }) => at))).toBeLessThanOrEqual(wokenAt);
	expect(clock.now() - wokenAt).toBeLessThanOrEqual(second);
	expect(wakes).toEqual([]);
});
