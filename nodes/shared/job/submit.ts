import { isFailure, isSuccess } from '../wire/answers';
import { JobError, sentence } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { Ledger } from './ledger';
import type { OwnJob } from './ledger';
import { retry } from '../time/retry';
import { isAnswer, retryAfterMs, sendBilled } from '../http/send';
import type { Unanswered } from '../http/send';
import type { Failure, VideoRequest, WireResponse } from '../types';

/**
 * The job of the request: submitted now, or by an earlier try of the same execution.
 *
 * @param uploadImages what puts URLs into the place of the images' content names; called only when
 * there is something to submit
 * @throws NodeApiError when the provider refused it, or when nobody knows whether it did
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
		throw uncertainError(item, earlier.problem ?? 'an earlier try was cut off');
	}
	const throwUncertain = (problem: string, httpCode?: number): never => {
		ledger.set({ state: 'sent', problem });
		throw uncertainError(item, problem, httpCode);
	};
	// Uploads come first: when one fails, nothing was sent. Their URLs are new in each try, so the
	// ledger knows the request by the content of its images.
	const complete = uploadImages ? { ...request, imageUrls: await uploadImages() } : request;

	item.signal?.throwIfAborted();
	// Written before the request leaves, so that no way of failing can forget it.
	ledger.set({ state: 'sent' });
	let answer: WireResponse | Unanswered | undefined;
	try {
		answer = await sendUntilAnswered(item, complete);
	} finally {
		// What is thrown is thrown between requests: nothing is on its way.
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

/** The provider's answer; a failure to reach it, or too many requests, may pass. */
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
		mayRepeat: (answer) => (isAnswer(answer) ? answer.status === 429 : !answer.sent),
		askedMs: (answer) => (isAnswer(answer) ? retryAfterMs(answer, Date.now()) : undefined),
		// A provider that wants a longer break is left alone, and the item says so.
		longestWaitMs: 60_000,
		signal: item.signal,
	});
}

/** A server error, or a success that says nothing: the job may exist although we know no id. */
function mayBeAccepted(answer: WireResponse): boolean {
	return answer.status >= 500 || answer.status === 408 || (isSuccess(answer) && !answer.isJson);
}

function uncertainError(item: Item, reason: string, httpCode?: number): JobError {
	const { displayName } = item.provider;
	const failure: Failure = {
		code: httpCode ? 'provider_unavailable' : 'timeout',
		message: reason,
		retryable: false,
	};
	const error = new JobError(item, failure, { httpCode });
	error.message = `${displayName} may have accepted and billed this request, but no job ID arrived: ${sentence(reason)} It is not sent again.`;
	error.description = `Look for the job in your ${displayName} dashboard; to submit once more on purpose, start a new execution.`;
	error.mayBeAccepted = true;
	return error;
}

const refusedError = (item: Item, failure: Failure, httpCode?: number) =>
	new JobError(item, failure, { httpCode });
