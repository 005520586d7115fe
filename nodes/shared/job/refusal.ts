import { isAnswer, send } from '../http/send';
import type { Item } from '../n8n/item';
import type { ErrorCode, Failure, ModelSpec } from '../types';

/** What the answer to a withdrawn model may look like. */
const doubtful: ErrorCode[] = ['model_unavailable', 'not_found'];

/**
 * Why a submit was refused, as far as it is about the model. Only then the provider is asked what it
 * has withdrawn, where it publishes that.
 */
export async function explainRefusal(
	item: Item,
	model: ModelSpec,
	failure: Failure,
): Promise<Failure> {
	const { withdrawals } = item.provider;
	if (!withdrawals || !doubtful.includes(failure.code)) return failure;
	const answer = await send(item, withdrawals.build());
	const found = isAnswer(answer) ? withdrawals.parse(answer, model.id) : undefined;
	if (!found) return failure;
	const { message, successor } = found;
	return { code: 'model_unavailable', message, retryable: false, successor };
}
