import type { IDataObject } from 'n8n-workflow';

import { codeOfErrorType, isPassingErrorType, nextStepOfErrorType } from './errorTypes';
import {
	asObject,
	describeText,
	failureFromStatus,
	httpUrl,
	isSuccess,
	jobIdIn,
	noImageUrl,
	noJobId,
	wordIn,
} from './answers';
import type {
	AcceptedJob,
	Cost,
	Failure,
	ImageFile,
	JobState,
	SubmitFailure,
	VideoProvider,
	WireRequest,
	WireResponse,
} from '../types';
import { firstVideoUrl } from './videoUrl';

/** Both promise their links for 24 hours. */
const linkLifeMs = 24 * 60 * 60 * 1000;

/** AIHubMax and EvoLink answer alike: a task with `task-unified-` and its time in the id. */
export const unifiedTaskIdPattern = /^task-unified-[\w-]+$/;

const errorOf = ({ body }: WireResponse) => asObject(body.error);

/** The API answers in JSON; what is none comes from the network in front of it. */
const refusedOnTheWay: Failure = {
	code: 'provider_unavailable',
	message: 'HTTP 403, not a JSON answer: the network in front of the API refused the request',
	retryable: true,
	nextStep:
		'The API key is not the reason. Try again later, or set a proxy in Options > Request Options',
};

/** For these, the status says more than the word. */
const plainStatuses = [401, 402, 404, 429];

/** An HTTP error of any call. */
export function readUnifiedError(response: WireResponse): Failure {
	if (response.status === 403 && !response.isJson) return refusedOnTheWay;
	const { code, message } = errorOf(response);
	const reason = describeText(message) || describeText(response.body.error);
	const nextStep = nextStepOfErrorType(code);
	const failure = { ...failureFromStatus(response, reason), ...(nextStep && { nextStep }) };
	if (code === 'invalid_task_id') return { ...failure, code: 'not_found' };
	const typed = codeOfErrorType(code);
	if (!typed || (plainStatuses.includes(response.status) && typed !== 'model_unavailable')) {
		return failure;
	}
	return { ...failure, code: typed, retryable: isPassingErrorType(code) };
}

/** `quota_exceeded` as a task error is a rate, not a balance; unknown words stay unknown. */
function readTaskError(response: WireResponse): Failure {
	const { code: word, message } = errorOf(response);
	const code = word === 'quota_exceeded' ? 'rate_limited' : (codeOfErrorType(word) ?? 'unknown');
	const text =
		describeText(message) ||
		describeText(response.body.error) ||
		describeText(word) ||
		'the job failed';
	const nextStep = nextStepOfErrorType(word);
	const retryable = code === 'rate_limited' || isPassingErrorType(word);
	return { code, message: text, retryable, ...(nextStep && { nextStep }) };
}

/** EvoLink's own client takes these for signs of an earlier submit with the same idempotency key. */
const inDoubt = ['idempotency_conflict', 'paid_outcome_unknown'];

function parseSubmit(response: WireResponse): AcceptedJob | SubmitFailure {
	const { id, usage } = response.body;
	const jobId = jobIdIn(id);
	if (jobId === undefined) {
		if (isSuccess(response) && response.isJson) return noJobId;
		const mayBeAccepted = inDoubt.includes(errorOf(response).code as string);
		return { ...readUnifiedError(response), ...(mayBeAccepted && { mayBeAccepted }) };
	}
	const { credits_reserved: reserved } = asObject(usage);
	return {
		jobId,
		status: 'queued',
		// What a credit is worth is not documented, so it stays a credit.
		cost:
			typeof reserved === 'number'
				? { amount: reserved, currency: 'credits', kind: 'reserved' }
				: undefined,
	};
}

/** What a completed task was charged, where it says so: not every answer does. */
function chargeOf({ usage }: IDataObject): Cost | undefined {
	const { cost, credits_used: credits } = asObject(usage);
	const { usd } = asObject(cost);
	if (typeof usd === 'number') return { amount: usd, currency: 'USD', kind: 'charged' };
	if (typeof credits !== 'number') return undefined;
	return { amount: credits, currency: 'credits', kind: 'charged' };
}

/**
 * A day after the task's `created`, or after the same time in its id: never later than the truth.
 */
function expiryOf({ created, id }: IDataObject): string | undefined {
	const seconds =
		Number(wordIn(created)) || Number(/^task-unified-(\d{10})-/.exec(wordIn(id))?.[1]);
	const date = new Date(seconds * 1000 + linkLifeMs);
	return seconds > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}

function parseStatus(response: WireResponse): JobState {
	if (!isSuccess(response) || !response.isJson) {
		return { status: 'unreadable', failure: readUnifiedError(response) };
	}
	const { body } = response;
	const model = typeof body.model === 'string' ? body.model : undefined;
	const progress = typeof body.progress === 'number' ? body.progress : undefined;
	if (body.status === 'pending') return { status: 'queued', progress, model };
	if (body.status === 'failed' || body.status === 'cancelled' || body.status === 'canceled') {
		const failure = readTaskError(response);
		const isCanceled = body.status !== 'failed' || failure.code === 'canceled';
		return isCanceled
			? { status: 'canceled', failure: { ...failure, code: 'canceled', retryable: false }, model }
			: { status: 'failed', failure, model };
	}
	if (body.status === 'completed') {
		const videoUrl = firstVideoUrl(body.results, body.result_data);
		// It may come before its results.
		return videoUrl
			? {
					status: 'completed',
					videoUrl,
					videoUrlExpiresAt: expiryOf(body),
					cost: chargeOf(body),
					model,
				}
			: { status: 'in_progress', progress, isFinishing: true, model };
	}
	// Words we do not know mean that it still runs.
	return { status: 'in_progress', progress, model };
}

/** The transport that both share; each model spells its own request body. */
export const unifiedTask: Pick<VideoProvider, 'jobIdPattern' | 'submit' | 'status'> = {
	jobIdPattern: unifiedTaskIdPattern,
	submit: {
		build: (request) => ({
			method: 'POST',
			path: '/v1/videos/generations',
			body: request.model.body(request),
		}),
		parse: parseSubmit,
	},
	status: {
		build: (jobId) => ({ method: 'GET', path: `/v1/tasks/${encodeURIComponent(jobId)}` }),
		parse: parseStatus,
	},
};

/** The file host of EvoLink says `{ success, code, msg }` where the API says `{ error }`. */
function readUploadError(response: WireResponse): Failure {
	const failure = readUnifiedError(response);
	const reason = describeText(response.body.msg);
	if (isSuccess(response) && response.isJson)
		return { ...noImageUrl, message: reason || noImageUrl.message };
	return reason ? { ...failure, message: reason } : failure;
}

/**
 * Both take an image as base64 text and keep it for 72 hours. EvoLink documents 10 MB as the
 * largest reference image. AIHubMax documents only that there is a limit, so EvoLink's is assumed.
 */
export const unifiedUpload = (
	build: (image: ImageFile) => WireRequest,
	urlIn: (body: IDataObject) => unknown,
): VideoProvider['upload'] => ({
	maxBytes: 10 * 2 ** 20,
	build,
	parse(response) {
		const imageUrl = httpUrl(urlIn(response.body));
		return isSuccess(response) && imageUrl ? { imageUrl } : readUploadError(response);
	},
});
