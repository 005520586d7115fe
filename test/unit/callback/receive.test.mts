import type { JsonWebKey } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { OnceOnly } from '../../../nodes/shared/callback/once';
import { authenticate, receive } from '../../../nodes/shared/callback/receive';
import type { Checks } from '../../../nodes/shared/callback/receive';
import { sealToken } from '../../../nodes/shared/callback/token';
import type { CallbackToken } from '../../../nodes/shared/callback/token';
import type { Reading } from '../../../nodes/shared/job/read';
import { providers } from '../../../nodes/shared/registry';
import type { Delivery, JobState, VideoProvider } from '../../../nodes/shared/types';

const now = 1_760_000_000_000;
const apiKey = 'the-api-key';
const [{ displayName, models }] = providers;
const videoUrl = 'https://media.example.org/fox.mp4';

const goodKey = { kid: 'good' };
const otherKey = { kid: 'other' };

const jobIdOf = ({ job }: IDataObject) => (typeof job === 'string' ? job : undefined);

/** It calls back and signs: only with the good key. */
const provider = {
	id: 'signing',
	displayName,
	models,
	callback: {
		isDocumented: true,
		jobIdOf,
		signing: {
			keyUrls: () => [],
			verify: ({ headers }: Delivery, keys: JsonWebKey[]) =>
				headers.signed === 'yes' && keys.includes(goodKey),
		},
	},
} satisfies Partial<VideoProvider> as Partial<VideoProvider> as VideoProvider;

const unsigned: VideoProvider = { ...provider, callback: { isDocumented: true, jobIdOf } };

const content: CallbackToken = {
	provider: provider.id,
	model: 'm',
	item: 0,
	nonce: 'nonce',
	expires: now + 60_000,
	metadata: { row: 7 },
};
const tokenOf = (change: Partial<CallbackToken> = {}, key = apiKey) =>
	sealToken(key, { ...content, ...change });

const delivery = (
	body: string | Buffer = '{"job":"job-7"}',
	headers: Record<string, string> = {},
): Delivery => ({
	headers: { 'content-type': 'application/json', signed: 'yes', ...headers },
	rawBody: Buffer.from(body as string),
});
const forged = (body?: string | Buffer) => delivery(body, { signed: 'no' });
const huge = Buffer.alloc(1024 * 1024 + 1, ' ');

/** What was asked for on the way, in this order. */
let asked: string[];
let once: OnceOnly;
beforeEach(() => {
	asked = [];
	once = new OnceOnly();
});

/** Notes it, and resolves. */
async function answer<Value>(what: string, value: Value): Promise<Value> {
	asked.push(what);
	return await Promise.resolve(value);
}

const completed: JobState = { status: 'completed', videoUrl };

function checks(change: Partial<Checks> = {}, state: JobState = completed): Checks {
	return {
		provider,
		apiKey,
		now,
		once,
		scope: 'w',
		stored: {},
		keys: async () => await answer('keys', [goodKey]),
		newerKeys: async () => await answer('newer keys', []),
		warn: (problem) => void asked.push(problem),
		prepare: () => undefined,
		read: async ({ jobId, model }) =>
			await answer<Reading>(`read ${jobId} of ${model}`, { state, raw: null }),
		...change,
	};
}

describe('a delivery is authenticated by', () => {
	it('its token, size and signature', async () => {
		expect(await authenticate(delivery(), tokenOf(), checks())).toEqual({ token: content });
		expect(asked).toEqual(['keys']);
	});

	it.each([
		['none', '', []],
		['a made-up one', 'v1.abcdefgh', []],
		['one that has expired', tokenOf({ expires: now - 1 }), []],
		['one of another key', tokenOf({}, 'another-key'), ['unknown_key']],
		['one of another provider', tokenOf({ provider: 'another' }), []],
		['one of an execution, at a trigger', tokenOf({ sleeper: '12/Veo' }), []],
	])('its token first, which is %s: 401', async (_, token, warnings) => {
		// Everything that is checked later is wrong as well.
		expect(await authenticate(forged(huge), token, checks())).toEqual({ status: 401 });
		expect(asked).toEqual(warnings);
	});

	it.each([
		['12/Veo', '12/Veo', true],
		['12/Other', '12/Veo', false],
		[undefined, '12/Veo', false],
	])('the sleeper in its token: %s at %s', async (sleeper, called, isTaken) => {
		const result = await authenticate(
			delivery(),
			tokenOf({ sleeper }),
			checks({ sleeper: called }),
		);
		expect('token' in result).toBe(isTaken);
		if (!isTaken) expect(result).toEqual({ status: 401 });
	});

	it.each([
		['its own trigger', 'one', 'one', []],
		['another trigger', 'one', 'another', ['other_receiver']],
		['a trigger without an address of its own', 'one', undefined, ['other_receiver']],
		['any trigger, where it names none', undefined, 'one', []],
	])('the trigger in its token: at %s', async (_, receiver, called, warnings) => {
		const result = await authenticate(
			delivery(),
			tokenOf({ receiver }),
			checks({ receiver: called }),
		);
		expect('token' in result).toBe(warnings.length === 0);
		expect(asked.filter((what) => what !== 'keys')).toEqual(warnings);
	});

	it('its size next, before the keys are asked for', async () => {
		expect(await authenticate(forged(huge), tokenOf(), checks())).toEqual({ status: 400 });
		expect(asked).toEqual([]);
		const largest = huge.subarray(1);
		expect(await authenticate(delivery(largest), tokenOf(), checks())).toEqual({ token: content });
	});

	it('its signature, for which newer keys are asked before it is called wrong', async () => {
		expect(await authenticate(forged(), tokenOf(), checks())).toEqual({ status: 401 });
		expect(asked).toEqual(['keys', 'newer keys']);
	});

	it.each([
		['the newer keys', [goodKey], { token: content }],
		['none of the newer keys', [otherKey], { status: 401 }],
		['no key at hand while newer ones cannot be had', undefined, { status: 503 }],
	])('a signature under %s', async (_, newer, expected) => {
		const change = {
			keys: async () => await Promise.resolve([otherKey]),
			newerKeys: async () => await Promise.resolve(newer),
		};
		expect(await authenticate(delivery(), tokenOf(), checks(change))).toEqual(expected);
	});

	it('no signature as long as the keys cannot be had: it has to come again', async () => {
		const keys = async () => await Promise.resolve(undefined);
		expect(await authenticate(delivery(), tokenOf(), checks({ keys }))).toEqual({ status: 503 });
		expect(asked).toEqual([]);
	});

	it('its token alone where the provider does not sign', async () => {
		const result = await authenticate(forged(), tokenOf(), checks({ provider: unsigned }));
		expect(result).toEqual({ token: content });
		expect(asked).toEqual([]);
	});
});

describe('a delivery that is received', () => {
	const take = async (
		given = delivery(),
		change: Partial<Checks> = {},
		state: JobState = completed,
	) => await receive(given, tokenOf(), checks(change, state));

	it('brings the job as it was read, with the metadata of the token', async () => {
		expect(await take()).toEqual({
			status: 200,
			job: expect.objectContaining({
				provider: provider.id,
				model: 'm',
				jobId: 'job-7',
				status: 'completed',
				videoUrl,
				metadata: { row: 7 },
			}),
		});
		expect(asked).toEqual(['keys', 'read job-7 of m']);
	});

	it('brings a job that failed', async () => {
		const failure = { code: 'content_policy', message: 'refused', retryable: false } as const;
		const verdict = await take(delivery(), {}, { status: 'failed', failure });
		expect(verdict).toMatchObject({ status: 200, job: { status: 'failed' } });
	});

	it('a second time brings nothing more, and nobody is asked', async () => {
		await take();
		asked = [];
		expect(await take()).toEqual({ status: 200 });
		expect(asked).toEqual(['keys']);
	});

	it('a second time after a restart brings nothing more', async () => {
		expect(await take(delivery(), { stored: { nonce: content.expires } })).toEqual({ status: 200 });
		expect(asked).toEqual(['keys']);
	});

	it('twice at the same moment is read once', async () => {
		const verdicts = await Promise.all([take(), take()]);
		expect(verdicts).toEqual([
			{ status: 200, job: expect.objectContaining({ jobId: 'job-7' }) },
			{ status: 503 },
		]);
		expect(asked.filter((what) => what.startsWith('read'))).toHaveLength(1);
	});

	it.each([
		['that is not authentic', forged(), 401],
		['that is too large', delivery(huge), 400],
	])('%s does not take the token', async (_, bad, status) => {
		expect(await take(bad)).toEqual({ status });
		expect(await take()).toMatchObject({ status: 200, job: { jobId: 'job-7' } });
	});

	it.each([
		['no JSON', delivery('job-7')],
		['JSON that is no object', delivery('["job-7"]')],
		['no job', delivery('{"hello":1}')],
		['nothing', delivery('')],
		['another content type', delivery(undefined, { 'content-type': 'text/plain' })],
	])('with %s: 400 and a warning, and the real one may follow at once', async (_, bad) => {
		expect(await take(bad)).toEqual({ status: 400 });
		expect(asked).toEqual(['keys', 'no_job_id']);
		expect(await take()).toMatchObject({ status: 200, job: { jobId: 'job-7' } });
	});

	it.each(['..', 'a/../b', 'a b', 'x'.repeat(301)])(
		'about the job %j: 400 and a warning, and nobody is asked',
		async (jobId) => {
			expect(await take(delivery(JSON.stringify({ job: jobId })))).toEqual({ status: 400 });
			expect(asked).toEqual(['keys', 'strange_job_id']);
			expect(await take()).toMatchObject({ status: 200, job: { jobId: 'job-7' } });
		},
	);

	it('about a job whose ID is not like those of the provider: the same', async () => {
		const change = { provider: { ...provider, jobIdPattern: /^job-\d$/ } };
		expect(await take(delivery('{"job":"stranger"}'), change)).toEqual({ status: 400 });
		expect(asked).toEqual(['keys', 'strange_job_id']);
		expect(await take(delivery(), change)).toMatchObject({ status: 200 });
	});

	it('is not read, and does not take the token, as long as the run cannot be prepared', async () => {
		const prepare = () => {
			throw new Error('a broken expression');
		};
		await expect(take(delivery(), { prepare })).rejects.toThrow('a broken expression');
		expect(asked).toEqual(['keys']);
		expect(await take()).toMatchObject({ status: 200, job: { jobId: 'job-7' } });
	});

	it('about a job that somebody made up does not keep the real one away', async () => {
		const made = delivery('{"job":"made-up"}');
		expect(await take(made, {}, { status: 'in_progress' })).toEqual({ status: 503 });
		expect(await take()).toMatchObject({ status: 200, job: { jobId: 'job-7' } });
	});

	it('with one token about two jobs at the same moment brings one of them', async () => {
		const verdicts = await Promise.all([take(), take(delivery('{"job":"job-8"}'))]);
		expect(verdicts).toEqual([
			{ status: 200, job: expect.objectContaining({ jobId: 'job-7' }) },
			{ status: 200 },
		]);
	});

	it('with a token that is spent says so before it looks for a job', async () => {
		await take();
		asked = [];
		expect(await take(delivery('{}'))).toEqual({ status: 200 });
		expect(asked).toEqual(['keys']);
	});

	const failure = { code: 'not_found', message: 'gone', retryable: false } as const;
	it.each<[string, JobState, number]>([
		['waits', { status: 'queued' }, 503],
		['still runs', { status: 'in_progress' }, 503],
		['cannot be read now', { status: 'unreadable', failure: { ...failure, retryable: true } }, 503],
		['can never be read', { status: 'unreadable', failure }, 400],
	])('of a job that %s, and again after two seconds', async (_, state, status) => {
		expect(await take(delivery(), {}, state)).toEqual({ status });
		asked = [];
		expect(await take(delivery(), { now: now + 1999 })).toEqual({ status: 503 });
		expect(asked).toEqual(['keys']);
		expect(await take(delivery(), { now: now + 2000 })).toMatchObject({ job: { jobId: 'job-7' } });
	});

	it.each(['application/json; charset=utf-8', 'application/cloudevents+json', 'APPLICATION/JSON'])(
		'as %s is JSON',
		async (type) => {
			expect(await take(delivery(undefined, { 'content-type': type }))).toMatchObject({
				job: { jobId: 'job-7' },
			});
		},
	);
});
