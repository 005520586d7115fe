import { failureOfSilence, isAnswer, send } from '../http/send';
import { badInput, JobError } from '../n8n/failure';
import type { Item } from '../n8n/item';
import type { Outcome } from '../output/outcome';
import type { Failure } from '../types';
import { isFailure } from '../wire/answers';

/** What is left in the account of the key. */
export async function getBalance(item: Item): Promise<Outcome> {
	const { provider } = item;
	const fail = (failure: Failure, httpCode?: number) => new JobError(item, failure, { httpCode });
	if (!provider.balance) {
		throw badInput(
			item,
			`${provider.displayName} does not say what is left in an account`,
			`Look in your ${provider.displayName} dashboard`,
		);
	}
	const answer = await send(item, provider.balance.build());
	if (!isAnswer(answer)) throw fail(failureOfSilence(answer));
	const balance = provider.balance.parse(answer);
	if (isFailure(balance)) throw fail(balance, answer.status);
	return { item, balance, raw: answer.body };
}
