import { z } from 'zod';
import type { Exchange } from './contract.mts';
import { isHttpAddress } from './network.mts';

export interface Problem {
	kind: 'json' | 'missing' | 'unknown' | 'type' | 'value' | 'length';
	path: (string | number)[];
	message: string;
	input?: unknown;
}

export type Checked<T> = { value: T; problems?: undefined } | { problems: Problem[] };

export const httpAddress = z.string().refine(isHttpAddress, 'must be an http(s) URL');

/** Parses a JSON body and checks it; several problems are reported together. */
export function checkJson<T>(schema: z.ZodType<T>, { headers, body }: Exchange): Checked<T> {
	if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
		return { problems: [{ kind: 'json', path: [], message: 'Content-Type must be JSON' }] };
	}
	let input: unknown;
	try {
		input = JSON.parse(body.toString('utf8'));
	} catch {
		return { problems: [{ kind: 'json', path: [], message: 'JSON decode error' }] };
	}
	return check(schema, input);
}

export function check<T>(schema: z.ZodType<T>, input: unknown): Checked<T> {
	const { success, data, error } = schema.safeParse(input);
	if (success) return { value: data };
	return { problems: error.issues.flatMap((issue) => problemsOf(issue, input)) };
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown): Problem[] {
	const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
	const input = valueAt(root, path);
	if (issue.code === 'unrecognized_keys') {
		return issue.keys.map((key) => ({
			kind: 'unknown',
			path: [...path, key],
			message: 'Extra inputs are not permitted',
			input: valueAt(root, [...path, key]),
		}));
	}
	if (issue.path.length > 0 && input === undefined) {
		return [
			{ kind: 'missing', path, message: 'Field required', input: valueAt(root, path.slice(0, -1)) },
		];
	}
	const kind = kindOf(issue, input);
	return [{ kind, path, message: issue.message.replace(/^Invalid input: /, ''), input }];
}

function kindOf(issue: z.core.$ZodIssue, input: unknown): Problem['kind'] {
	if (issue.code === 'invalid_type') return 'type';
	if (issue.code === 'too_big' || issue.code === 'too_small') return 'length';
	// A literal or an enum says "invalid value" even where the type is already wrong.
	if (issue.code === 'invalid_value') {
		return issue.values.some((value) => typeof value === typeof input) ? 'value' : 'type';
	}
	return 'value';
}

function valueAt(root: unknown, path: (string | number)[]): unknown {
	return path.reduce<unknown>((value, step) => Object(value)[step], root);
}

/** `args.images.0: Field required`, for providers that answer with one sentence. */
export function sentenceOf(problems: Problem[]): string {
	return problems
		.map(({ path, message }) => (path.length ? `${path.join('.')}: ${message}` : message))
		.join('; ');
}
