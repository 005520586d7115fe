import type { ErrorCode, Failure } from '../types';

const subject = /\b(model|application|endpoint)\b/i;
const end =
	/\b(not found|(does not|doesn't) exist|no longer|deprecated|retired|withdrawn|discontinued)\b/i;

/** How providers that have no code for it say that a model is not there, or not any more. */
const saysGone = (text: string) =>
	(subject.test(text) && end.test(text)) || /\b(invalid|unknown) model\b/i.test(text);

/** Codes that a refusal has when nobody has understood its words. */
const vague: ErrorCode[] = ['not_found', 'unknown', 'validation'];

/** A refused submit, understood as one about its model where its text says so. */
export const withModelWords = <Refusal extends Failure>(failure: Refusal): Refusal =>
	vague.includes(failure.code) && saysGone(failure.message)
		? { ...failure, code: 'model_unavailable' }
		: failure;
