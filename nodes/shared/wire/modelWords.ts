import type { ErrorCode, Failure } from '../types';

/** How providers that have no code for it say that a model is not there, or not any more. */
const isGone =
	/\b(model|application|endpoint)\b.*\b(not found|(does not|doesn't) exist|no longer|deprecated|retired|withdrawn|discontinued)\b|\b(invalid|unknown|deprecated|retired) model\b/i;

/** Codes that a refusal has when nobody has understood its words. */
const vague: ErrorCode[] = ['not_found', 'unknown', 'validation'];

/** A refused submit, understood as one about its model where its text says so. */
export const withModelWords = <Refusal extends Failure>(failure: Refusal): Refusal =>
	vague.includes(failure.code) && isGone.test(failure.message)
		? { ...failure, code: 'model_unavailable' }
		: failure;
