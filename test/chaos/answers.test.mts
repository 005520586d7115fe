import fc from 'fast-check';

import { providers, providersAndSimulator } from '../../nodes/shared/registry';
import type { WireResponse } from '../../nodes/shared/types';
import { tooDeep, withoutSecrets } from '../../nodes/shared/wire/secrets';
import { answer } from '../providers/neutral.mts';
import { statuses } from '../providers/oddAnswers.mts';
import { parsersOf, problemOfParse } from '../providers/parsers.mts';
import { useSandbox } from '../useSandbox.mts';
import { documentedAnswers } from './documentedAnswers.mts';
import type { DocumentedAnswer } from './documentedAnswers.mts';
import { mutations, mutated } from './mutations.mts';
import { runs } from './runs.mts';

const sandbox = useSandbox(600);

const status = fc.oneof(fc.constantFrom(...statuses, 200, 200), fc.integer({ min: 100, max: 599 }));

const headers = fc.dictionary(
	fc.constantFrom('retry-after', 'x-fal-retryable', 'x-fal-needs-retry', 'content-type'),
	fc.oneof(fc.constantFrom('true', '1', '', '5'), fc.string(), fc.array(fc.string())),
);

/** As `send` hands an answer on: read as JSON and cleaned, where it is not too deep for that. */
function received(code: number, text: string, sent: object): WireResponse | undefined {
	const body: unknown = withoutSecrets(JSON.parse(text), 'the-api-key');
	const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
	return body === tooDeep ? undefined : answer(code, isObject ? body : undefined, sent);
}

const jsonTexts = fc.oneof(
	fc.json({ maxDepth: 6 }),
	fc.dictionary(fc.string(), fc.jsonValue()).map((object) => JSON.stringify(object)),
);

const parsers = [...new Set([...providers, ...providersAndSimulator])].flatMap((provider) =>
	parsersOf(provider)
		// The other answers of the simulator are its own: nobody else can write them.
		.filter(({ call }) => call === 'callback' || !provider.simulation)
		.map((parser) => [provider.id, parser.name ?? parser.call, parser] as const),
);

it.each(parsers)('%s reads any JSON as an answer to %s, without a throw', (_, __, parser) => {
	fc.assert(
		fc.property(status, jsonTexts, headers, (code, text, sent) => {
			const response = received(code, text, sent);
			if (response) expect(problemOfParse(response, parser)).toBeUndefined();
		}),
		runs(300),
	);
});

describe.each(providers.map((provider) => [provider.id, provider] as const))(
	'%s',
	(_, provider) => {
		let documented: DocumentedAnswer[];

		beforeAll(async () => (documented = await documentedAnswers(sandbox(), provider)));

		const table = parsersOf(provider).map(
			(parser) => [parser.name ?? parser.call, parser] as const,
		);

		it.each(table)('reads what is nearly its answer to %s, without a throw', (__, parser) => {
			const own = documented.filter(({ call }) => call === parser.call);
			// Callbacks carry what the status answers.
			const near = own.length > 0 ? own : documented;
			expect(near.length).toBeGreaterThan(0);
			const index = fc.nat({ max: near.length - 1 });
			const code = fc.option(status, { freq: 3 });
			fc.assert(
				fc.property(index, mutations, code, headers, (which, changes, other, sent) => {
					const { response } = near[which];
					const text = JSON.stringify(mutated(response.body, changes));
					const changed = received(other ?? response.status, text, {
						...response.headers,
						...sent,
					});
					if (changed) expect(problemOfParse(changed, parser)).toBeUndefined();
				}),
				runs(600),
			);
		});
	},
);
