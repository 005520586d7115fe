import { fal } from '../../../nodes/FalVeo/fal.provider';
import { answer, codeOf, fox } from '../neutral.mts';

/** https://docs.fal.ai/errors: the type, what it means, where fal says that it may pass. */
const errorTypes = [
	['content_policy_violation', 'content_policy'],
	['no_media_generated', 'content_policy'],
	['file_download_error', 'image_unreadable'],
	['image_load_error', 'image_unreadable'],
	['image_too_large', 'image_unreadable'],
	['image_too_small', 'image_unreadable'],
	['unsupported_image_format', 'image_unreadable'],
	['internal_server_error', 'provider_unavailable'],
	['downstream_service_error', 'provider_unavailable'],
	['downstream_service_unavailable', 'provider_unavailable'],
	['generation_timeout', 'provider_unavailable'],
	['value_error', 'validation'],
	['missing', 'validation'],
	['feature_not_supported', 'validation'],
	['a_type_of_tomorrow', 'validation'],
] as const;

describe.each(errorTypes)('fal’s error %s', (type, code) => {
	const body = {
		detail: [
			{
				loc: ['body', 'prompt'],
				msg: 'Why it was refused',
				type,
				url: `https://docs.fal.ai/errors#${type}`,
				input: 'A ceramic fox turns its head',
				ctx: {},
			},
		],
	};

	it.each([
		['no header', {}, false],
		['X-Fal-Retryable: false', { 'x-fal-retryable': 'false' }, false],
		['X-Fal-Retryable: true', { 'x-fal-retryable': 'true' }, true],
		['X-Fal-Needs-Retry: 1', { 'x-fal-needs-retry': '1' }, true],
		['X-Fal-Needs-Retry: 0', { 'x-fal-needs-retry': '0' }, false],
	])('with %s', (_, headers, retryable) => {
		const failure = { code, message: 'Why it was refused', retryable };
		const response = answer(422, body, headers);
		expect(fal.submit.parse(response)).toEqual(failure);
		expect(fal.result?.parse(response, {})).toEqual({ status: 'failed', failure });
	});

	it('does not repeat the input, which is the prompt or a signed URL', () => {
		expect(JSON.stringify(fal.submit.parse(answer(422, body)))).not.toContain('ceramic');
	});
});

describe('a refused submit of fal', () => {
	it.each([
		[401, { detail: 'Cannot access application "fal-ai/veo3.1"' }, 'authentication'],
		[401, undefined, 'authentication'],
		[403, { detail: 'User is locked. Reason: Exhausted balance.' }, 'insufficient_balance'],
		[403, { detail: 'User is locked. Reason: Admin lock.' }, 'permission'],
		[403, { detail: 'Top up to continue.' }, 'insufficient_balance'],
		[403, { detail: 'Access denied' }, 'permission'],
		[403, undefined, 'permission'],
		[404, { detail: 'Application not found' }, 'model_unavailable'],
		[404, { detail: 'Not Found' }, 'not_found'],
		[400, { detail: 'Bad request', error_type: 'bad_request' }, 'validation'],
		[422, { detail: 'The request could not be processed' }, 'validation'],
		[422, undefined, 'validation'],
		[429, { detail: 'concurrent_requests_limit' }, 'rate_limited (retryable)'],
		[
			503,
			{ detail: 'No runner', error_type: 'runner_scheduling_failure' },
			'provider_unavailable (retryable)',
		],
	])('HTTP %d %j is %s', (status, body, code) => {
		expect(codeOf(fal.submit.parse(answer(status, body)) as never)).toBe(code);
	});

	it('sends the owner of a locked account to the support, not to the bank', () => {
		const detail = 'User is locked. Reason: Admin lock';
		expect(fal.submit.parse(answer(403, { detail }))).toMatchObject({
			nextStep: expect.stringMatching(/support/),
		});
	});

	it('is told in fal’s own words, without signatures', () => {
		const detail = [
			{ type: 'file_download_error', msg: `Failed to download ${fox}?sig=abc\nTry again` },
		];
		expect(fal.submit.parse(answer(422, { detail }))).toMatchObject({
			message: `Failed to download ${fox}?… Try again`,
		});
	});
});

describe('the answers to a cancel of fal, which differ in body but not in code', () => {
	it.each([
		[202, { status: 'CANCELLATION_REQUESTED' }, 'requested'],
		[200, { status: 'OK' }, 'requested'],
		[200, { success: true }, 'requested'],
		[202, undefined, 'requested'],
		[400, { status: 'ALREADY_COMPLETED' }, 'already_ended'],
		[400, undefined, 'already_ended'],
	])('%d %j: %s', (status, body, outcome) => {
		expect(fal.cancel?.parse(answer(status, body))).toBe(outcome);
	});

	it.each([
		[404, { status: 'NOT_FOUND' }, 'not_found'],
		[401, {}, 'authentication'],
		[500, {}, 'provider_unavailable (retryable)'],
	])('%d %j: %s', (status, body, code) => {
		expect(codeOf(fal.cancel?.parse(answer(status, body)) as never)).toBe(code);
	});
});
