import type { ErrorCode } from '../../../nodes/shared/types';
import {
	describeText,
	failureFromStatus,
	isFailure,
	jobIdIn,
} from '../../../nodes/shared/wire/answers';

describe('a provider’s text, made fit to show', () => {
	it.each([
		['stays as it is', 'The prompt was refused.', 'The prompt was refused.'],
		['loses new lines', 'one\ntwo\r\n\tthree', 'one two three'],
		['is trimmed', '  one \n', 'one'],
		[
			'loses the query of a URL',
			'no https://a.example/x?sig=s&e=1 here',
			'no https://a.example/x?… here',
		],
		[
			'loses the query of each URL',
			'http://a.example?s=1 https://b.example/?s=2',
			'http://a.example?… https://b.example/?…',
		],
		[
			'loses a query in quotes',
			'"https://a.example/x?sig=s" is gone',
			'"https://a.example/x?…" is gone',
		],
		['loses a query in brackets', '<https://a.example/x?sig=s>', '<https://a.example/x?…>'],
		['loses the query of an upper-case URL', 'HTTPS://A.example/X?SIG=S', 'HTTPS://A.example/X?…'],
		[
			'loses a query with another URL in it',
			'https://a.example/?u=https://b.example?s=1',
			'https://a.example/?…',
		],
		['keeps a URL without one', 'https://a.example/x.png', 'https://a.example/x.png'],
		['keeps question marks', 'Is it a fox? Yes', 'Is it a fox? Yes'],
	])('%s', (_, text, shown) => {
		expect(describeText(text)).toBe(shown);
	});

	it('is bounded, after the queries have gone', () => {
		expect(describeText('x'.repeat(300))).toBe('x'.repeat(300));
		expect(describeText('x'.repeat(301))).toBe(`${'x'.repeat(300)}…`);
		expect(describeText('y'.repeat(1_000_000))).toHaveLength(301);
		const cut = describeText(`${'x'.repeat(270)} https://a.example/x?signature=secret`);
		expect(cut).not.toContain('sig');
	});

	it.each([' ', '\n', '?', 'https://', 'https://?', 'https://a?', 'a?', '"', '\u200b'])(
		'a megabyte of %j is no more work than its length',
		(piece) => {
			const megabyte = piece.repeat(2 ** 20 / piece.length);
			expect(describeText(`x${megabyte}x`).length).toBeLessThan(302);
		},
	);

	it('is cut between characters', () => {
		expect(describeText(`x${'🦊'.repeat(500)}`)).toMatch(/^x(🦊)+…$/u);
	});

	it.each([[undefined], [null], [5], [true], [{}], [['text']], ['']])(
		'is nothing for %j',
		(value) => {
			expect(describeText(value)).toBe('');
		},
	);
});

describe('what an HTTP status means where nothing is documented', () => {
	const of = (status: number, isJson = true, reason?: string) =>
		failureFromStatus({ status, headers: {}, body: {}, isJson }, reason);

	it.each<[number, ErrorCode, boolean]>([
		[301, 'unknown', false],
		[400, 'validation', false],
		[401, 'authentication', false],
		[402, 'insufficient_balance', false],
		[403, 'permission', false],
		[404, 'not_found', false],
		[409, 'unknown', false],
		[413, 'validation', false],
		[422, 'validation', false],
		[429, 'rate_limited', true],
		[500, 'provider_unavailable', true],
		[502, 'provider_unavailable', true],
		[503, 'provider_unavailable', true],
		[504, 'provider_unavailable', true],
		[520, 'provider_unavailable', true],
	])('%d is %s, and may pass: %s', (status, code, retryable) => {
		expect(of(status)).toEqual({ code, message: `HTTP ${status}`, retryable });
	});

	it('408 is a timeout that may pass', () => {
		expect(of(408)).toMatchObject({ code: 'timeout', retryable: true });
	});

	it('a success that is no JSON comes from something in between, and may pass', () => {
		expect(of(200, false)).toMatchObject({
			code: 'provider_unavailable',
			message: 'HTTP 200, not a JSON answer',
			retryable: true,
		});
	});

	it('the provider’s own reason comes first', () => {
		expect(of(500, true, 'out of order').message).toBe('out of order');
	});
});

it.each([
	[{ code: 'unknown', message: 'x', retryable: false }, true],
	[{ jobId: 'x', status: 'queued' }, false],
	['requested', false],
])('%j as a failure: %s', (value, expected) => {
	expect(isFailure(value)).toBe(expected);
});

it.each([
	['job-1', 'job-1'],
	[' job-1\n', 'job-1'],
	[4711, '4711'],
	// What some servers send for nothing.
	['', undefined],
	['  ', undefined],
	[0, undefined],
	[null, undefined],
	[undefined, undefined],
	// It has lost its last digits on the way.
	[2 ** 53, undefined],
	[1.5, undefined],
	[{ id: 'job-1' }, undefined],
])('the job ID in %j is %j', (value, jobId) => {
	expect(jobIdIn(value)).toBe(jobId);
});
