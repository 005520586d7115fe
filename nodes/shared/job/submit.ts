import { isFailure, isSuccess } from '../wire/answers';
import { JobError, sentence } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { Ledger } from './ledger';
import type { OwnJob } from './ledger';
import { jitter, pause } from '../time/pause';
import { isAnswer, retryAfterMs, send } from '../http/send';
import type { Unanswered } from '../http/send';
import type { Failure, VideoRequest, WireResponse } from '../types';

const maxAttempts = 4;
/** A provider that wants a longer break is left alone, and the item says so. */
const longestWaitMs = 60_000;

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

/**
 * No provider offers an idempotency key: a repeated submit is a second bill. So it is repeated only
 * where it certainly was not accepted: too many requests, or the host was never reached.
 */
async function sendUntilAnswered(
	item: Item,
	request: VideoRequest,
): Promise<WireResponse | Unanswered> {
	const signal = item.signal;
	const wireRequest = item.provider.submit.build(request);
	for (let attempt = 1; ; attempt++) {
		signal?.throwIfAborted();
		const answer = await send(item, wireRequest, { isBilled: true });
		const mayRepeat = isAnswer(answer) ? answer.status === 429 : !answer.sent;
		const asked = isAnswer(answer) ? retryAfterMs(answer, Date.now()) : undefined;
		if (!mayRepeat || attempt === maxAttempts || (asked ?? 0) > longestWaitMs) return answer;
		await pause(asked ?? jitter(1000 * 2 ** (attempt - 1)), signal);
	}
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
