import { emptyJob, jobInState, withError } from '../../../nodes/shared/job/job';
import type { VideoJob } from '../../../nodes/shared/job/job';
import { providers } from '../../../nodes/shared/registry';
import type { Cost, Failure, JobState } from '../../../nodes/shared/types';

const [provider] = providers;
const videoUrl = 'https://media.example.org/fox.mp4';
const failure: Failure = { code: 'content_policy', message: 'refused', retryable: false };
const estimated: Cost = { amount: 1.6, currency: 'USD', kind: 'estimated' };
const charged: Cost = { amount: 1.2, currency: 'USD', kind: 'charged' };
const reserved: Cost = { amount: 3.2, currency: 'credits', kind: 'reserved' };
const facts = { model: 'm', jobId: 'j', cost: estimated, metadata: { row: 7 } };

/** Frozen: workflows read these. */
const keys = [
	...['provider', 'model', 'jobId', 'status', 'progress', 'videoUrl', 'videoUrlExpiresAt'],
	...['error', 'cost', 'metadata'],
];

const states: JobState[] = [
	{ status: 'queued' },
	{ status: 'in_progress', progress: 40 },
	{ status: 'settled' },
	{ status: 'completed', videoUrl },
	{ status: 'failed', failure },
	{ status: 'canceled', failure: { ...failure, code: 'canceled' } },
	{ status: 'unreadable', failure },
];

it.each(states.map((state) => [state.status, state] as const))(
	'a job that is %s has the ten keys, none of them undefined',
	(_, state) => {
		for (const known of [facts, {}]) {
			const job = jobInState(provider, known, state);
			expect(Object.keys(job)).toEqual(keys);
			expect(Object.values(job)).not.toContain(undefined);
		}
	},
);

it('of a job that nothing is known of, every key but the provider is null', () => {
	const { provider: id, ...others } = emptyJob(provider, {});
	expect(id).toBe(provider.id);
	expect(new Set(Object.values(others))).toEqual(new Set([null]));
});

const is = (job: Partial<VideoJob>) => expect.objectContaining(job);

it.each<[string, JobState, Partial<VideoJob>]>([
	['waits', { status: 'queued' }, { status: 'queued', progress: null, error: null }],
	['runs', { status: 'in_progress', progress: 0 }, { status: 'in_progress', progress: 0 }],
	['has ended in an unknown way', { status: 'settled' }, { status: 'in_progress', videoUrl: null }],
	[
		'is done',
		{ status: 'completed', videoUrl, videoUrlExpiresAt: '2026-01-02T00:00:00.000Z' },
		{
			status: 'completed',
			progress: 100,
			videoUrl,
			videoUrlExpiresAt: '2026-01-02T00:00:00.000Z',
			error: null,
		},
	],
	['failed', { status: 'failed', failure }, { status: 'failed', videoUrl: null, progress: null }],
	// What nobody could read says nothing about the job.
	['was not read', { status: 'unreadable', failure }, { status: null, videoUrl: null }],
])('a job that %s', (_, state, expected) => {
	expect(jobInState(provider, facts, state)).toEqual(is(expected));
	expect(jobInState(provider, facts, state)).toEqual(is({ jobId: 'j', metadata: { row: 7 } }));
});

it.each<[string, Cost | null, JobState, Cost | null]>([
	['stays an estimate while it runs', estimated, { status: 'queued' }, estimated],
	[
		'stays an estimate when nothing else is told',
		estimated,
		{ status: 'completed', videoUrl },
		estimated,
	],
	['is what was charged', estimated, { status: 'completed', videoUrl, cost: charged }, charged],
	['is not claimed for a failed job', estimated, { status: 'failed', failure }, null],
	['stays reserved for a failed job', reserved, { status: 'failed', failure }, reserved],
	[
		'is what was charged for a failed job',
		reserved,
		{ status: 'failed', failure, cost: charged },
		charged,
	],
])('the cost %s', (_, cost, state, expected) => {
	expect(jobInState(provider, { ...facts, cost }, state).cost).toEqual(expected);
});

it('a failure keeps its code, and says what to do', () => {
	const { error } = jobInState(provider, facts, { status: 'failed', failure });
	expect(error).toEqual({
		code: 'content_policy',
		message: expect.stringMatching(/^refused\. [A-Z].+\.$/),
		retryable: false,
		accepted: 'yes',
	});
});

it.each([
	['yes', { jobId: 'j' }, true],
	['yes', { videoUrl }, false],
	['maybe', {}, true],
	['no', {}, false],
])(
	'accepted is %s for a job of which %j is known and whose doubt is %j',
	(accepted, known, isInDoubt) => {
		const job = withError({ ...emptyJob(provider, {}), ...known }, failure, isInDoubt);
		expect(job.error).toEqual({ ...failure, accepted });
	},
);

it('the model is the answer’s where it names one', () => {
	const state: JobState = { status: 'queued', model: 'named' };
	expect(jobInState(provider, facts, state).model).toBe('named');
	expect(jobInState(provider, {}, { status: 'queued' }).model).toBeNull();
});
