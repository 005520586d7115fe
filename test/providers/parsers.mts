import type { VideoProvider, WireResponse } from '../../nodes/shared/types';
import { requestFor } from './requests.mts';
import {
	balanceProblem,
	cancelProblem,
	hintProblem,
	priceProblem,
	recordsProblem,
	stateProblem,
	submitProblem,
	uploadProblem,
	withdrawalProblem,
} from './wellFormed.mts';

export type Parse = (response: WireResponse) => unknown;
export type ProblemOf = (value: unknown) => string | undefined;

export interface Parser {
	/** Whose answers it reads. */
	call: keyof VideoProvider;
	/** Where a call has more than one parser. */
	name?: string;
	parse: Parse;
	/** What is wrong with what it read. */
	problemOf: ProblemOf;
}

const failed = { code: 'provider_unavailable', message: 'it failed', retryable: true } as const;

/** Every way in which a provider reads what comes from outside. */
export function parsersOf(provider: VideoProvider): Parser[] {
	const { models, submit, status, result, callback, ...others } = provider;
	const { balance, cancel, prices, recover, upload, withdrawals } = others;
	const [model] = models;
	const parsers: Parser[] = [
		{ call: 'submit', parse: submit.parse, problemOf: submitProblem },
		{ call: 'status', parse: status.parse, problemOf: stateProblem },
	];
	const add = (call: Parser['call'], parse: Parse, problemOf: ProblemOf, name?: string) =>
		parsers.push({ call, name, parse, problemOf });
	if (result) {
		add('result', (response) => result.parse(response, {}), stateProblem);
		const settled: Parse = (response) => result.parse(response, { failure: failed });
		add('result', settled, stateProblem, 'result of a failed job');
	}
	if (upload) add('upload', upload.parse, uploadProblem);
	if (cancel) add('cancel', cancel.parse, cancelProblem);
	if (balance) add('balance', balance.parse, balanceProblem);
	if (recover) add('recover', recover.parse, recordsProblem);
	if (callback) add('callback', ({ body }) => callback.jobIdOf(body), hintProblem);
	if (withdrawals) {
		const parse: Parse = (response) => withdrawals.parse(response, model.id);
		add('withdrawals', parse, withdrawalProblem);
	}
	if (prices) {
		for (const generateAudio of [false, true]) {
			const request = { ...requestFor(provider, model), generateAudio };
			add('prices', (response) => prices.parse(response, request), priceProblem);
		}
	}
	return parsers;
}

export function problemOfParse(
	response: WireResponse,
	{ parse, problemOf }: Pick<Parser, 'parse' | 'problemOf'>,
): string | undefined {
	try {
		return problemOf(parse(response));
	} catch (error) {
		return `threw ${String(error)}`;
	}
}
