import { isFailure, isSuccess } from '../wire/answers';
import { JobError, sentence } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { Ledger } from './ledger';
import type { OwnJob } from './ledger';
import { explainRefusal } from './refusal';
import { newRequestId } from './requestId';
import { retry } from '../time/retry';
import { isAnswer, retryAfterMs, sendBilled } from '../http/send';
import type { Unanswered } from '../http/send';
import type { AcceptedJob, Failure, VideoProvider, VideoRequest, WireResponse } from '../types';

/**
 * The job of the request: submitted now, or by an earlier try of the same execution.
 *
 * @param uploadImages replaces the content names of the images by URLs; called only when there is
 * something to submit
 * @throws NodeApiError when the provider refused the request, or when nobody knows whether it did
 */
export async function submitOnce(
	item: Item,
	request: VideoRequest,
	uploadImages?: () => Promise<string[]>,
): Promise<OwnJob> {
	const ledger = new Ledger(item, request);
	return await ledger.alone(async () => await submitNoted(item, request, ledger, uploadImages));
}

async function submitNoted(
	item: Item,
	request: VideoRequest,
	ledger: Ledger,
	uploadImages?: () => Promise<string[]>,
): Promise<OwnJob> {
	const earlier = ledger.get();
	if (earlier?.state === 'accepted') return { ...earlier.job, isInherited: ledger.isInherited() };
	if (earlier?.state === 'sent') {
		const problem = earlier.problem ?? 'an earlier try was cut off';
		throw uncertainError(item, problem, { requestId: earlier.requestId });
	}
	const requestId = newRequestId(request);
	const throwUncertain = (problem: string, httpCode?: number): never => {
		ledger.set({ state: 'sent', problem, requestId });
		throw uncertainError(item, problem, { httpCode, requestId });
	};
	// Uploads come first: when one fails, nothing was sent. Their URLs are new in each try, so the
	// ledger knows the request by the content of its images.
	const imageUrls = uploadImages ? await uploadImages() : request.imageUrls;
	const complete = { ...request, imageUrls, submitKey: ledger.submitKey, requestId };

	item.signal?.throwIfAborted();
	// Noted before the request leaves, so that it is known whatever fails afterwards.
	ledger.set({ state: 'sent', requestId });
	let verdict: Verdict | undefined;
	try {
		verdict = await submitUntilDecided(item, complete);
	} finally {
		// An error can only come between two requests, when nothing has been sent that could be
		// accepted.
		if (!verdict) ledger.forget();
	}
	if ('accepted' in verdict) {
		ledger.set({ state: 'accepted', job: verdict.accepted });
		return { ...verdict.accepted, isInherited: false };
	}
	if ('doubt' in verdict) return throwUncertain(verdict.doubt, verdict.httpCode);
	ledger.forget();
	const refusal = await explainRefusal(item, request.model, verdict.refusal);
	throw refusedError(item, request, refusal, verdict.httpCode);
}

/** What became of a request that costs money. */
type Verdict = { httpCode?: number; breakMs?: number } & (
	| { accepted: AcceptedJob }
	/** It certainly was not accepted. `isPassing`: the same request may be accepted in a moment. */
	| { refusal: Failure; isPassing: boolean }
	/** Nobody knows. */
	| { doubt: string }
);

/** Sends the request until there is an answer that waiting does not change. */
async function submitUntilDecided(item: Item, request: VideoRequest): Promise<Verdict> {
	const wireRequest = item.provider.submit.build(request);
	return await retry(async () => decide(item.provider, await sendBilled(item, wireRequest)), {
		attempts: 4,
		firstDelayMs: 1000,
		// A repeated submit is a second bill. One provider takes an idempotency key, and does not
		// document what it does. So a submit is repeated only where it certainly was not accepted: too
		// many requests, or the host was never reached.
		mayRepeat: (verdict) => 'refusal' in verdict && verdict.isPassing,
		askedMs: ({ breakMs }) => breakMs,
		// When the provider asks for a longer break, it gets no further request, and the item says so.
		longestWaitMs: 60_000,
		signal: item.signal,
	});
}

/** Never throws: once a request has left, an error must not pass for a request that was not sent. */
function decide({ submit }: VideoProvider, answer: WireResponse | Unanswered): Verdict {
	if (!isAnswer(answer)) {
		return answer.sent
			? { doubt: answer.message }
			: { refusal: unreachable(answer), isPassing: true };
	}
	const httpCode = answer.status;
	try {
		const parsed = submit.parse(answer);
		// An answer that names a job is an accepted job, whatever its status says.
		if (!isFailure(parsed)) return { accepted: parsed };
		if (parsed.mayBeAccepted || mayBeAccepted(answer)) return { doubt: parsed.message, httpCode };
		const breakMs = retryAfterMs(answer, Date.now());
		return {
			refusal: parsed,
			isPassing: httpCode === 429 && !submit.isNeverRepeated,
			breakMs,
			httpCode,
		};
	} catch (error) {
		return { doubt: `the answer could not be read (${(error as Error).message})`, httpCode };
	}
}

const unreachable = ({ message }: Unanswered): Failure => ({
	code: 'provider_unavailable',
	message: `nothing was submitted, ${message}`,
	retryable: true,
});

/**
 * Whether a job may exist although we know no ID: after a server error, a timeout, or a success
 * without JSON.
 */
function mayBeAccepted(answer: WireResponse): boolean {
	return answer.status >= 500 || answer.status === 408 || (isSuccess(answer) && !answer.isJson);
}

function uncertainError(
	item: Item,
	reason: string,
	{ httpCode, requestId }: { httpCode?: number; requestId?: string },
): JobError {
	const { displayName, submit } = item.provider;
	const { requestLog } = submit;
	const failure: Failure = {
		code: httpCode ? 'provider_unavailable' : 'timeout',
		message: reason,
		retryable: false,
	};
	const error = new JobError(item, failure, { httpCode });
	error.message = `${displayName} may have accepted and billed this request, but no job ID arrived: ${sentence(reason)} It is not sent again.`;
	const where =
		requestLog && requestId
			? `Look for the client request ID ${requestId} in ${requestLog}`
			: `Look for the job in your ${displayName} dashboard`;
	error.description = `${where}; to submit once more on purpose, start a new execution.`;
	error.mayBeAccepted = true;
	return error;
}

/** The error of an item whose first try was cut off together with n8n, which forgot what it did. */
export function cutOffError(item: Item): JobError {
	const { displayName } = item.provider;
	const message = 'n8n was stopped while the failed execution ran this node';
	const error = new JobError(item, { code: 'unknown', message, retryable: false });
	error.message = `${sentence(message)} This video may already be paid for, so it is not submitted again.`;
	error.description = `Look for the jobs in your ${displayName} dashboard and get them by their IDs with Job > Get; to pay for new videos, start a new execution instead of this retry.`;
	error.mayBeAccepted = true;
	return error;
}

const refusedError = (item: Item, { model }: VideoRequest, failure: Failure, httpCode?: number) =>
	new JobError(item, failure, { httpCode, model: model.id });
