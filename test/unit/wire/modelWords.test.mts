import type { Failure } from '../../../nodes/shared/types';
import { withModelWords } from '../../../nodes/shared/wire/modelWords';

const failure = (message: string, code: Failure['code'] = 'unknown'): Failure => ({
	code,
	message,
	retryable: false,
});

it.each([
	'invalid model',
	'Application "fal-ai/veo3.1" not found',
	'The model google/veo-3.1 does not exist',
	'This model is no longer available',
	'This endpoint has been deprecated',
])('%s: the model is gone', (text) => {
	expect(withModelWords(failure(text)).code).toBe('model_unavailable');
	expect(withModelWords(failure(text)).message).toBe(text);
});

it.each([
	'Not Found',
	'insufficient balance',
	'The model is under maintenance',
	'duration: the model takes 8 seconds only',
	'remodel not found',
])('%s: nothing is said about that', (text) => {
	expect(withModelWords(failure(text))).toEqual(failure(text));
});

it('a code that says more stays', () => {
	const text = 'The model no longer likes this prompt';
	expect(withModelWords(failure(text, 'content_policy')).code).toBe('content_policy');
});
