import { providers } from '../../nodes/shared/registry';
import type { WireResponse } from '../../nodes/shared/types';
import { casesOf, fixture, hasFixture, withValue } from './answers.mts';
import { answer } from './neutral.mts';

export const statuses = [
	...[
		200, 201, 202, 204, 301, 302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 422, 425, 429,
	],
	...[499, 500, 501, 502, 503, 504, 520],
];

const signedUrl = 'https://cdn.example.org/fox.png?signature=secret';

/** What may stand where something else was expected. */
const oddValues: unknown[] = [
	...[undefined, null, true, false, 0, -1, 5, 1e300, '', ' ', 'text', 'constructor', '__proto__'],
	...[`x\ny ${signedUrl} z`, 'x'.repeat(5000), 'http://', 'ftp://x.example/v.mp4', '//x/v.mp4'],
	...[
		[],
		[null],
		[[]],
		[5],
		[''],
		['text'],
		['toString'],
		{},
		{ url: null },
		{ url: 5 },
		{ url: '' },
	],
	// Neither text nor number can be made of it.
	...[{ toString: null, valueOf: 5 }, { url: 'https://' }],
	...[{ url: { url: 'x' } }, [{ url: null }], [{ url: 'ftp://x.example/v' }], { message: null }],
	...[{ message: 5 }, { message: '', code: '' }, { message: {}, code: {}, type: {}, name: {} }],
	...[{ code: 'constructor' }, { name: 'toString' }, { type: 'valueOf', msg: null }, [{ msg: 5 }]],
	...[
		[{ type: 'constructor' }],
		[{ type: 5 }],
		[{ type: '' }],
		[{ type: {} }],
		[{ msg: signedUrl }],
	],
	...[[{ type: 'x'.repeat(5000) }], [{ type: `x\n${signedUrl}` }], { detail: [null] }],
	...[{ detail: [{ type: 'toString', msg: '' }] }, { usage: null }, { usage: 5 }],
	...[{ usage: { credits_used: '5', credits_reserved: null } }, { usage: { credits_used: {} } }],
];

/** Words and numbers that a status may be, documented or not, of whatever provider. */
const words = [
	...[
		'IN_QUEUE',
		'IN_PROGRESS',
		'COMPLETED',
		'completed',
		'succeeded',
		'failed',
		'error',
		'FAILED',
	],
	...['canceled', 'cancelled', 'dreaming', 0, 1, 2, 3, '2', '3', -1, 99, 1.5],
];

const documented: WireResponse[] = providers.flatMap((provider) =>
	casesOf(provider)
		.filter((name) => hasFixture(provider, name))
		.map((name) => fixture(provider, name)),
);

const keysOf = (value: unknown): string[] =>
	typeof value !== 'object' || value === null
		? []
		: Object.entries(value).flatMap(([key, entry]) =>
				Array.isArray(value) ? keysOf(entry) : [key, ...keysOf(entry)],
			);

/** Every key that some provider's documented answer has. */
const keys = [
	...new Set(['message', 'info', 'pricing', ...documented.flatMap(({ body }) => keysOf(body))]),
];

export const oddBodies: Array<object | undefined> = [
	undefined,
	{},
	...keys.flatMap((key) => oddValues.map((value) => ({ [key]: value }))),
];

const oddHeaders = [
	{ 'x-fal-retryable': 'true', 'retry-after': ['5'] },
	{ 'x-fal-needs-retry': '1', 'x-fal-error-type': '' },
];

function frozen<Value>(value: Value): Value {
	if (typeof value === 'object' && value !== null) {
		Object.values(value).forEach(frozen);
		Object.freeze(value);
	}
	return value;
}

/**
 * Everything that may come back: each body with each HTTP status, and each documented answer of
 * each provider with one value in it replaced. Whoever reads them must not write into them.
 */
export const oddAnswers: readonly WireResponse[] = frozen([
	...statuses.flatMap((status) => oddBodies.map((body) => answer(status, body))),
	...statuses.flatMap((status) => oddHeaders.map((headers) => answer(status, {}, headers))),
	...documented.flatMap((response) => statuses.map((status) => ({ ...response, status }))),
	...documented.flatMap((response) =>
		[...new Set(keysOf(response.body))].flatMap((key) =>
			oddValues.map((value) => withValue(response, key, value)),
		),
	),
	...documented.flatMap((response) => words.map((word) => withValue(response, 'status', word))),
]);
