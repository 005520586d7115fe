import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INode } from 'n8n-workflow';

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
	...(['model_unavailable', 'provider_unavailable', 'timeout', 'canceled', 'unknown'] as const),
];

const failed = (code: ErrorCode, message = 'because'): Failure => ({
	code,
	message,
	retryable: false,
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

describe('a model that is not served any more', () => {
	const [veo] = provider.models;
	const successor = provider.models.find(({ id }) => id === veo.lifecycle?.successor) as typeof veo;
	const gone = failed('model_unavailable');

	it.each([
		[
			'for now',
			{ ...gone, retryable: true },
			/Try again in a few minutes; if that does not help, choose its/,
		],
		['for good', gone, /because\. Choose its successor/],
	])('%s: its successor is named', (_, failure, expected) => {
		const text = describeFailure(provider, failure, veo.id);
		expect(text).toMatch(expected);
		expect(text).toContain(`"${successor.name}" (${successor.id})`);
	});

	it('a successor that this version does not know is to be given by its id', () => {
		const text = describeFailure(provider, { ...gone, successor: 'google/new' }, veo.id);
		expect(text).toBe('because. Give its successor "google/new" in the option Model ID.');
	});

	it('without a successor, another one is to be chosen', () => {
		expect(describeFailure(provider, gone, successor.id)).toContain('Choose another model');
		expect(describeFailure(provider, gone)).toContain('no successor is known');
	});

	it('an address that is not found may be a model that is gone', () => {
		const error = new JobError({ node, provider, index: 0 }, failed('not_found'), {
			model: veo.id,
		});
		expect(error.description).toContain(`if it is gone, choose its successor "${successor.name}"`);
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
