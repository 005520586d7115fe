import { isFailure } from '../../nodes/shared/wire/answers';
import { providers } from '../../nodes/shared/registry';
import { answer } from './neutral.mts';
import { oddAnswers, oddBodies, statuses } from './oddAnswers.mts';
import { parsersOf, problemOfParse } from './parsers.mts';
import type { Parse, ProblemOf } from './parsers.mts';

/** One answer for each problem and kind of body; all of them would fill the screen. */
function complaints(parse: Parse, problemOf: ProblemOf): string[] {
	const found = new Map<string, string>();
	for (const response of oddAnswers) {
		const problem = problemOfParse(response, { parse, problemOf });
		if (!problem) continue;
		const key = `${problem} ${Object.keys(response.body).join()}`;
		const body = response.isJson ? JSON.stringify(response.body) : 'no JSON';
		if (!found.has(key)) found.set(key, `${response.status} ${body.slice(0, 200)}: ${problem}`);
	}
	return [...found.values()].slice(0, 10);
}

const table = providers.flatMap((provider) =>
	parsersOf(provider).map(
		({ call, name = call, parse, problemOf }) => [provider.id, name, parse, problemOf] as const,
	),
);

it.each(table)('%s reads every answer to %s without a throw, as a neutral value', (...row) => {
	const [, , parse, problemOf] = row;
	expect(complaints(parse, problemOf)).toEqual([]);
});

const providerTable = providers.map((provider) => [provider.id, provider] as const);

describe.each(providerTable)('%s', (_, provider) => {
	const refusals = statuses.filter((status) => status >= 300);

	it.each(refusals)(
		'HTTP %d is never a state of a job, and a job only if it names one',
		(status) => {
			const answers = oddBodies.map((body) => answer(status, body));
			const jobs = answers.filter((response) => !isFailure(provider.submit.parse(response)));
			const keys = jobs.flatMap(({ body }) => Object.keys(body));
			const states = answers.map((response) => provider.status.parse(response).status);
			// ShortAPI names it deeper than these answers go.
			const naming = { fal: ['request_id'], shortapi: [] }[provider.id] ?? ['id'];
			expect([...new Set(keys)]).toEqual(naming);
			expect([...new Set(states)]).toEqual(['unreadable']);
		},
	);

	it.each([
		['without a body', undefined],
		['without anything in it', {}],
		['with an empty id', { id: '', request_id: '', code: 0, data: { job_id: '' } }],
		['with an id of null', { id: null, request_id: null, code: 0, data: { job_id: null } }],
		['without data', { code: 0, data: null }],
	])('a success %s may be an accepted job, so it is not sent again', (__, body) => {
		for (const status of [200, 201, 202]) {
			const parsed = provider.submit.parse(answer(status, body));
			expect(isFailure(parsed)).toBe(true);
			// An answer that is no JSON is uncertain whatever the provider says about it.
			if (body) expect(parsed).toMatchObject({ mayBeAccepted: true });
		}
	});

	it.each([500, 502, 503, 504, 429])(
		'HTTP %d to a question passes: it may be asked again',
		(status) => {
			for (const body of [undefined, {}, { error: 'x' }, { detail: 'x' }, { message: 'x' }]) {
				const state = provider.status.parse(answer(status, body));
				expect(state).toMatchObject({ status: 'unreadable', failure: { retryable: true } });
			}
		},
	);

	it.each([
		[401, 'authentication'],
		[402, 'insufficient_balance'],
		[404, 'not_found'],
		[429, 'rate_limited'],
	])('HTTP %d is %s, to a submit and to a question', (status, code) => {
		for (const body of [undefined, {}, { error: 'x' }, { detail: 'x' }, { message: 'x' }]) {
			expect(provider.submit.parse(answer(status, body))).toMatchObject({ code });
			expect(provider.status.parse(answer(status, body))).toMatchObject({ failure: { code } });
		}
	});
});
