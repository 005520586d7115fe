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
	if (withdrawals && doubtful.includes(failure.code)) {
		const answer = await send(item, withdrawals.build());
		const found = isAnswer(answer) ? withdrawals.parse(answer, model.id) : undefined;
		if (found) return { code: 'model_unavailable', retryable: false, ...found };
	}
	return named(model, failure);
}

/** An id that the user has typed may be why, whatever the provider says. */
const named = ({ id, isGivenById }: ModelSpec, failure: Failure): Failure =>
	isGivenById && !failure.message.includes(id)
		? { ...failure, message: `${failure.message} (the model was "${id}")` }
		: failure;
