import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { emptyJob } from '../../../nodes/shared/job/job';
import type { VideoJob } from '../../../nodes/shared/job/job';
import { jobOutcomeOf } from '../../../nodes/shared/output/jobItem';
import { isAwaited } from '../../../nodes/shared/output/outcome';
import { providers } from '../../../nodes/shared/registry';
import { itemWith } from '../../item.mts';

const [provider] = providers;
const nothing = emptyJob(provider, {});
const outcomeOf = (json: unknown) =>
	jobOutcomeOf({ ...itemWith({}, provider), input: { json } as INodeExecutionData });

const whole: VideoJob = {
	...{ provider: 'fal', model: 'x', jobId: 'job-1', status: 'failed', progress: 40 },
	videoUrl: 'https://cdn.example.com/v.mp4',
	videoUrlExpiresAt: '2026-01-01T00:00:00.000Z',
	error: { code: 'timeout', message: 'not finished', retryable: true, accepted: 'yes' },
	cost: { amount: 1.28, currency: 'USD', kind: 'charged' },
	metadata: { row: 7 },
};

it.each([
	['as it left', whole],
	['of the error output', { error: 'not finished', details: whole }],
	['of the error output of n8n 1', { error: 'not finished', message: whole }],
])('the job of an item %s is read back whole', (_, json) => {
	expect(outcomeOf(json)).toMatchObject({ job: whole, raw: null });
	expect(Object.keys(outcomeOf(json).job)).toEqual(Object.keys(nothing));
	const raw = { status: 'OK' };
	expect(outcomeOf({ ...whole, raw }).raw).toEqual(raw);
});

it('what else a failure says stays with it', () => {
	const error = { ...whole.error, later: 'more' };
	expect(outcomeOf({ ...whole, error }).job.error).toEqual(error);
});

it.each([
	...[undefined, null, 5, 'text', true, [], ['text'], {}, { details: null }, { details: 'text' }],
	...[
		{ message: 'text' },
		{ details: [], message: 5 },
		{ error: 'text' },
		{ details: { jobId: 5 } },
	],
	...[{ jobId: {} }, { jobId: ['job-1'] }, { status: 'nonsense' }, { raw: 'text' }, { jobId: '' }],
])('an item that is no job, %j, has none to wait for', (json) => {
	const outcome = outcomeOf(json);
	expect({ ...outcome.job, error: null }).toEqual(nothing);
	expect(outcome.raw).toBeNull();
	expect(isAwaited(outcome)).toBe(false);
});

const wrong: Record<keyof VideoJob, unknown[]> = {
	provider: [5, {}, null],
	model: [5, {}, ['x']],
	jobId: [5, {}, ['x']],
	status: ['done', 5, {}, 'constructor'],
	progress: ['40', {}, [40]],
	videoUrl: ['file:///etc/passwd', 'text', 5, {}, ['https://x.example/v.mp4'], 'http://['],
	videoUrlExpiresAt: ['soon', 5, {}, ''],
	error: [5, true, {}, [], ['text'], { message: 5 }, { message: '' }, { code: 'timeout' }, ''],
	cost: [5, 'free', { amount: '1', currency: 'USD', kind: 'charged' }, { amount: 1 }, []],
	metadata: [5, 'text', [], ['text']],
};

describe.each(Object.entries(wrong))('%s', (name, values) => {
	it.each(values)('%j is left out, and all else stays', (value) => {
		const { job } = outcomeOf({ ...whole, [name]: value });
		expect(job).toEqual({ ...whole, [name]: nothing[name as keyof VideoJob] });
	});
});

it.each([
	['text', { code: 'unknown', message: 'text', retryable: false, accepted: 'maybe' }],
	[{ message: 'text' }, { code: 'unknown', message: 'text', retryable: false, accepted: 'maybe' }],
	[
		{ code: 'constructor', message: 'text', retryable: 'yes' },
		{ code: 'unknown', message: 'text', retryable: false, accepted: 'maybe' },
	],
])('the error %j is %j', (error, read) => {
	expect(outcomeOf({ ...whole, error } as IDataObject).job.error).toEqual(read);
});
