import { aiHubMax } from '../../nodes/AiHubMaxVeo/aiHubMax.provider';
import { evoLink } from '../../nodes/EvoLinkVeo/evoLink.provider';
import type { Failure } from '../../nodes/shared/types';
import { answer, codeOf, outcomeOf } from './neutral.mts';

const id = 'task-unified-1760000000-ab12cd34';
const dayAfterCreation = '2025-10-10T08:53:20.000Z';

describe.each([
	['aihubmax', aiHubMax],
	['evolink', evoLink],
] as const)('%s', (_, provider) => {
	it('reads a submit: what is reserved are credits, of unknown worth', () => {
		const body = { id, status: 'pending', usage: { credits_reserved: 3.2, user_group: 'default' } };
		expect(provider.submit.parse(answer(200, body))).toEqual({
			jobId: id,
			status: 'queued',
			cost: { amount: 3.2, currency: 'credits', kind: 'reserved' },
		});
		expect(provider.submit.parse(answer(200, { id, status: 'pending' }))).toEqual({
			jobId: id,
			status: 'queued',
			cost: undefined,
		});
	});

	it('a success without an id may be an accepted job', () => {
		expect(provider.submit.parse(answer(200, { status: 'pending' }))).toMatchObject({
			mayBeAccepted: true,
		});
	});

	it.each([
		['strings', ['https://cdn.example.org/v.mp4']],
		['objects', [{ url: 'https://cdn.example.org/v.mp4', content_type: 'video/mp4' }]],
	])(
		'reads results as %s; the link lives a day from the creation of the task',
		(_name, results) => {
			const expected = {
				status: 'completed',
				videoUrl: 'https://cdn.example.org/v.mp4',
				videoUrlExpiresAt: dayAfterCreation,
				model: undefined,
			};
			const body = { id, status: 'completed', progress: 100, results };
			expect(provider.status.parse(answer(200, { ...body, created: 1760000000 }))).toEqual(
				expected,
			);
			// AIHubMax's answers show no `created`; the id has the same time in it.
			expect(provider.status.parse(answer(200, body))).toEqual(expected);
		},
	);

	it.each<[string, object, object | undefined]>([
		[
			'in dollars, where it says so',
			{ credits_used: 6.12, cost: { credits: 6.12, usd: 0.09, cny: 0.61 } },
			{ amount: 0.09, currency: 'USD', kind: 'charged' },
		],
		['in credits', { credits_used: 6.12 }, { amount: 6.12, currency: 'credits', kind: 'charged' }],
		['not told', {}, undefined],
	])('what a finished task was charged: %s', (_name, usage, cost) => {
		const results = ['https://cdn.example.org/v.mp4'];
		const state = provider.status.parse(answer(200, { id, status: 'completed', results, usage }));
		expect(state).toMatchObject({ status: 'completed' });
		expect('cost' in state && state.cost).toEqual(cost);
	});

	it.each([null, [], undefined, [null], [''], [{ url: null }]])(
		'completed with results %j is not yet finished',
		(results) => {
			const body = { id, status: 'completed', progress: 100, results };
			expect(outcomeOf(provider.status.parse(answer(200, body)))).toBe('in_progress');
		},
	);

	it.each([
		['pending', 'queued'],
		['processing', 'in_progress'],
		['a word of next year', 'in_progress'],
	])('status "%s" is %s, with its progress', (status, expected) => {
		const state = provider.status.parse(answer(200, { id, status, progress: 40, model: 'm' }));
		expect(state).toEqual({ status: expected, progress: 40, model: 'm' });
	});

	it.each([
		['content_policy_violation', 'failed content_policy'],
		['invalid_parameters', 'failed validation'],
		['image_processing_error', 'failed image_unreadable'],
		['image_dimension_mismatch', 'failed image_unreadable'],
		['request_cancelled', 'canceled canceled'],
		['generation_failed_no_content', 'failed content_policy'],
		['content_filter', 'failed content_policy'],
		['sensitive_content', 'failed content_policy'],
		['moderation_blocked', 'failed content_policy'],
		['input_moderation_failed', 'failed content_policy'],
		['service_error', 'failed provider_unavailable (retryable)'],
		['generation_timeout', 'failed provider_unavailable (retryable)'],
		['resource_exhausted', 'failed provider_unavailable (retryable)'],
		['service_unavailable', 'failed provider_unavailable (retryable)'],
		['quota_exceeded', 'failed rate_limited (retryable)'],
		['resource_not_found', 'failed not_found'],
		['model_unavailable', 'failed model_unavailable (retryable)'],
		['unknown_error', 'failed unknown'],
		['a_word_of_next_year', 'failed unknown'],
	])('task error %s is %s', (code, expected) => {
		const body = { id, status: 'failed', error: { code, message: 'Why.', type: 'task_error' } };
		expect(outcomeOf(provider.status.parse(answer(200, body)))).toBe(expected);
	});

	it('a task that was cancelled', () => {
		expect(outcomeOf(provider.status.parse(answer(200, { id, status: 'cancelled' })))).toBe(
			'canceled canceled',
		);
	});

	it.each([
		[400, 'invalid_request', 'validation'],
		[400, 'invalid_task_id', 'not_found'],
		[401, 'unauthorized', 'authentication'],
		[402, 'insufficient_quota', 'insufficient_balance'],
		[402, 'quota_exceeded', 'insufficient_balance'],
		[403, 'model_access_denied', 'permission'],
		[404, 'task_not_found', 'not_found'],
		[402, 'insufficient_token_quota', 'insufficient_balance'],
		[402, 'token_daily_quota_exceeded', 'insufficient_balance'],
		[413, 'too_large', 'validation'],
		[413, 'file_too_large_error', 'image_unreadable'],
		[400, 'input_moderation_failed', 'content_policy'],
		[403, 'CONTENT_FILTER', 'content_policy'],
		[422, 'model_rule_violation', 'validation'],
		[422, 'model_not_support_capability', 'validation'],
		[422, 'invalid_param', 'validation'],
		[422, 'model_not_found', 'model_unavailable'],
		[404, 'model_not_found', 'model_unavailable'],
		[422, 'no_compatible_channel', 'model_unavailable (retryable)'],
		[422, 'no_available_model', 'model_unavailable (retryable)'],
		[400, 'no_available_channel', 'model_unavailable (retryable)'],
		[503, 'model_unavailable', 'model_unavailable (retryable)'],
		[400, 'channel_selection_failed', 'model_unavailable (retryable)'],
		[422, 'invalid_image_url', 'image_unreadable'],
		[422, 'invalid_file_type', 'image_unreadable'],
		[429, 'rate_limit_exceeded', 'rate_limited (retryable)'],
		[500, 'internal_error', 'provider_unavailable (retryable)'],
		[503, 'service_unavailable', 'provider_unavailable (retryable)'],
	])('HTTP %i %s is %s', (status, code, expected) => {
		const body = { error: { code, message: 'Why.', type: 'x' } };
		expect(codeOf(provider.submit.parse(answer(status, body)) as never)).toBe(expected);
	});

	it.each([
		['insufficient_token_quota', /^The limit of this API key/],
		['key_quota_exhausted', /^The limit of this API key/],
		['token_daily_quota_exceeded', /^Today's limit of this API key/],
		['key_daily_quota_exhausted', /^Today's limit of this API key/],
		['insufficient_quota', /^$/],
	])('HTTP 402 %s has its own next step', (code, expected) => {
		const body = { error: { code, message: 'Why.', type: 'x' } };
		const { nextStep = '' } = provider.submit.parse(answer(402, body)) as Failure;
		expect(nextStep).toMatch(expected);
	});

	it('images of wrong dimensions are to be resized', () => {
		const body = { id, status: 'failed', error: { code: 'image_dimension_mismatch' } };
		expect(provider.status.parse(answer(200, body))).toMatchObject({
			failure: { nextStep: expect.stringMatching(/^Resize/) },
		});
	});

	it('a 403 without JSON comes from in front of the API, and is not the fault of the key', () => {
		expect(provider.submit.parse(answer(403))).toMatchObject({
			code: 'provider_unavailable',
			nextStep: expect.stringMatching(/^The API key is not the reason/),
		});
		const { status } = provider.status.parse(answer(403));
		expect(status).toBe('unreadable');
	});
});
