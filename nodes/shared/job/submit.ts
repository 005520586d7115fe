import { isFailure, isSuccess } from '../wire/answers';
import { JobError, sentence } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { Ledger } from './ledger';
import type { OwnJob } from './ledger';
import { newRequestId } from './requestId';
import { retry } from '../time/retry';
import { isAnswer, retryAfterMs, sendBilled } from '../http/send';
import type { Unanswered } from '../http/send';
import type { Failure, VideoRequest, WireResponse } from '../types';

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
	const complete = { ...request, imageUrls, requestId };

	item.signal?.throwIfAborted();
	// Noted before the request leaves, so that it is known whatever fails afterwards.
	ledger.set({ state: 'sent', requestId });
	let answer: WireResponse | Unanswered | undefined;
	try {
		answer = await sendUntilAnswered(item, complete);
	} finally {
		// An error can only come between two requests, when nothing has been sent that could be
		// accepted.
		if (!answer) ledger.forget();
	}
	if (!isAnswer(answer)) {
		if (answer.sent) return throwUncertain(answer.message);
		ledger.forget();
		throw refusedError(item, unreachable(answer));
	}
	const parsed = item.provider.submit.parse(answer);
	if (!isFailure(parsed)) {
		ledger.set({ state: 'accepted', job: parsed });
		return { ...parsed, isInherited: false };
	}
	if (parsed.mayBeAccepted || mayBeAccepted(answer))
		return throwUncertain(parsed.message, answer.status);
	ledger.forget();
	throw refusedError(item, parsed, answer.status);
}

const unreachable = ({ message }: Unanswered): Failure => ({
	code: 'provider_unavailable',
	message: `nothing was submitted, ${message}`,
	retryable: true,
});

/** Sends the request until there is an answer that waiting does not change. */
async function sendUntilAnswered(
	item: Item,
	request: VideoRequest,
): Promise<WireResponse | Unanswered> {
	const wireRequest = item.provider.submit.build(request);
	return await retry(async () => await sendBilled(item, wireRequest), {
		attempts: 4,
		firstDelayMs: 1000,
		// No provider offers an idempotency key: a repeated submit is a second bill. So it is repeated
		// only where it certainly was not accepted: too many requests, or the host was never reached.
		mayRepeat: (answer) =>
			isAnswer(answer)
				? answer.status === 429 && !item.provider.submit.isNeverRepeated
				: !answer.sent,
		askedMs: (answer) => (isAnswer(answer) ? retryAfterMs(answer, Date.now()) : undefined),
		// When the provider asks for a longer break, it gets no further request, and the item says so.
		longestWaitMs: 60_000,
		signal: item.signal,
	});
}

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

const refusedError = (item: Item, failure: Failure, httpCode?: number) =>
	new JobError(item, failure, { httpCode });
