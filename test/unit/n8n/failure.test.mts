import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INode } from 'n8n-workflow';

import { describeText, failureFromStatus, isFailure } from '../../../nodes/shared/wire/answers';
import {
	badInput,
	describeFailure,
	failureOfError,
	JobError,
	sentence,
} from '../../../nodes/shared/n8n/failure';
import { providers } from '../../../nodes/shared/registry';
import type { ErrorCode, Failure } from '../../../nodes/shared/types';

const node: INode = {
	id: 'veo',
	name: 'Veo',
	type: 'veoReferenceVideo',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const [provider] = providers;
const codes: ErrorCode[] = [
	...(['authentication', 'insufficient_balance', 'permission', 'validation'] as const),
	...(['content_policy', 'image_unreadable', 'rate_limited', 'not_found'] as const),
	...(['provider_unavailable', 'timeout', 'canceled', 'unknown'] as const),
];

const failed = (code: ErrorCode, message = 'because'): Failure => ({
	code,
	message,
	retryable: false,
});

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

describe.each(codes)('the error of an operation: %s', (code) => {
	const item = { node, provider, index: 3 };
	const error = new JobError(item, failed(code), { jobId: 'job-7', httpCode: 418 });

	it('says who, what and why', () => {
		expect(error).toBeInstanceOf(NodeApiError);
		// n8n tells its errors apart by name.
		expect(error.name).toBe('NodeApiError');
		expect(error.message).toMatch(new RegExp(`^${provider.displayName} \\w.*: because\\.$`));
	});

	it('says what to do, and which job it is about', () => {
		expect(error.description).toMatch(/^[A-Z].*\. Job ID: job-7$/);
	});

	it('knows its item, its HTTP code and its own code', () => {
		expect(error.context).toMatchObject({ itemIndex: 3 });
		expect(error.jobFailure.code).toBe(code);
		expect(error.httpCode).toBe('418');
	});

	it('has a next step that names no other provider, for each of them', () => {
		for (const one of providers) {
			const text = describeFailure(one, failed(code));
			expect(text).toMatch(/^because\. [A-Z].*\.$/);
			const others = providers.filter(({ id }) => id !== one.id);
			const named = others.filter(
				({ id, displayName }) => text.includes(displayName) || new RegExp(`\\b${id}\\b`).test(text),
			);
			expect(named.map(({ id }) => id)).toEqual([]);
		}
	});

	it('becomes the same failure in an item', () => {
		expect(failureOfError(error)).toEqual({
			code,
			message: `${error.message} ${error.description}`,
			retryable: false,
		});
	});
});

describe('the message of an error', () => {
	it.each([
		'the connection failed (ECONNRESET)',
		'the connection failed (ECONNREFUSED)',
		'the connection failed (ENOTFOUND)',
		'the connection failed (ETIMEDOUT)',
		'the answer says 429: slow down',
		'getaddrinfo EAI_AGAIN',
	])('is not replaced by n8n’s own: %s', (message) => {
		const failure = failed('provider_unavailable', message);
		const error = new JobError({ node, provider, index: 0 }, failure);
		expect(error.message).toContain(message);
	});

	it.each(['429', '500', '404'])('is not replaced by n8n’s own for HTTP %s', (status) => {
		const failure = failed('provider_unavailable', 'out of order');
		const httpCode = Number(status);
		const error = new JobError({ node, provider, index: 0 }, failure, { httpCode });
		expect(error.message).toContain('out of order.');
		expect(error.httpCode).toBe(status);
	});

	it('names no job where there is none', () => {
		const error = new JobError({ node, provider, index: 0 }, failed('validation'));
		expect(error.description).not.toContain('Job ID');
	});

	it.each([
		['ends', 'ends.'],
		['ends.', 'ends.'],
		['ends?', 'ends?'],
		['ends!', 'ends!'],
		['ends…', 'ends…'],
	])('%s: one full stop', (text, ended) => {
		expect(sentence(text)).toBe(ended);
	});
});

it('bad input names its item and says what to do', () => {
	const error = badInput({ node, index: 2 }, 'The prompt is empty', 'Describe the video');
	expect(error).toBeInstanceOf(NodeOperationError);
	expect(error.message).toBe('Item 2: The prompt is empty');
	expect(failureOfError(error)).toEqual({
		code: 'validation',
		message: 'Item 2: The prompt is empty. Describe the video',
		retryable: false,
	});
});

it.each([
	[{ code: 'unknown', message: 'x', retryable: false }, true],
	[{ jobId: 'x', status: 'queued' }, false],
	['requested', false],
])('%j as a failure: %s', (value, expected) => {
	expect(isFailure(value)).toBe(expected);
});
