import type { ErrorCode } from '../../nodes/shared/types';

const isCode: Record<ErrorCode, true> = {
	authentication: true,
	insufficient_balance: true,
	permission: true,
	validation: true,
	content_policy: true,
	image_unreadable: true,
	rate_limited: true,
	not_found: true,
	model_unavailable: true,
	provider_unavailable: true,
	timeout: true,
	canceled: true,
	unknown: true,
};

/** Long enough for a reason, too short for a page of HTML. */
const longestMessage = 320;

type Fields = Record<string, unknown>;
type Problem = string | undefined;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isText = (value: unknown) => typeof value === 'string' && value !== '';

const isHttpUrl = (value: unknown) =>
	typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);

/** What is wrong with a value as an error of the neutral contract. */
export function failureProblem(value: unknown): Problem {
	if (!isObject(value)) return 'the failure is no object';
	const { code, message, retryable } = value;
	if (typeof code !== 'string' || !Object.hasOwn(isCode, code))
		return 'the code is not in the list';
	if (typeof message !== 'string' || message.trim() === '') return 'there is no message';
	if (message.length > longestMessage) return `the message has ${message.length} characters`;
	if (/[\r\n]/.test(message)) return 'the message has several lines';
	if (/undefined|\[object|NaN|function /.test(message)) return `the message is "${message}"`;
	if (/secret/.test(message)) return 'the message has a signed URL in it';
	return typeof retryable === 'boolean' ? undefined : 'retryable is neither true nor false';
}

function costProblem(value: unknown): Problem {
	if (value === undefined) return undefined;
	if (!isObject(value)) return 'the cost is no object';
	const { amount, currency, kind } = value;
	if (typeof amount !== 'number' || !Number.isFinite(amount)) return 'the cost has no amount';
	if (!['USD', 'credits'].includes(currency as string)) return 'the cost has no currency';
	return ['reserved', 'charged', 'estimated'].includes(kind as string)
		? undefined
		: 'the cost is of no kind';
}

function progressProblem(value: unknown): Problem {
	return value === undefined || Number.isFinite(value) ? undefined : 'the progress is no number';
}

function expiryProblem(value: unknown): Problem {
	if (value === undefined) return undefined;
	const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
	return Number.isFinite(time) ? undefined : 'the expiry is no date';
}

/** What is wrong with what `submit.parse` returned. */
export function submitProblem(value: unknown): Problem {
	if (!isObject(value)) return 'it is no object';
	if ('retryable' in value) return failureProblem(value);
	const { jobId, status, cost } = value;
	if (typeof jobId !== 'string' || jobId === '') return 'the job has no id';
	if (status !== 'queued' && status !== 'in_progress') return 'the job does not run';
	return costProblem(cost);
}

/** What is wrong with what `status.parse` or `result.parse` returned. */
export function stateProblem(value: unknown): Problem {
	if (!isObject(value)) return 'it is no object';
	const { status, failure, videoUrl, model, isFinishing } = value;
	if (isFinishing !== undefined && (isFinishing !== true || status !== 'in_progress'))
		return 'what is finishing is not in progress';
	if (model !== undefined && typeof model !== 'string') return 'the model is no text';
	switch (status) {
		case 'queued':
		case 'in_progress':
			return progressProblem(value.progress);
		case 'settled':
			return failure === undefined ? undefined : failureProblem(failure);
		case 'completed':
			if (!isHttpUrl(videoUrl)) return 'it is completed without a video';
			return expiryProblem(value.videoUrlExpiresAt) ?? costProblem(value.cost);
		case 'failed':
		case 'canceled':
		case 'unreadable':
			return failureProblem(failure) ?? costProblem(value.cost);
		default:
			return `the status is ${JSON.stringify(status)}`;
	}
}

/** What is wrong with what `cancel.parse` returned. */
export const cancelProblem = (value: unknown): Problem =>
	value === 'requested' || value === 'already_ended' ? undefined : failureProblem(value);

/** What is wrong with what `upload.parse` returned. */
export function uploadProblem(value: unknown): Problem {
	if (!isObject(value)) return 'it is no object';
	if ('retryable' in value) return failureProblem(value);
	if (!isHttpUrl(value.imageUrl)) return 'the image has no address';
	return value.putUrl === undefined || isHttpUrl(value.putUrl)
		? undefined
		: 'the bytes have no address to go to';
}

/** What is wrong with what `prices.parse` returned. */
export const priceProblem = (value: unknown): Problem =>
	value === undefined || (Number.isFinite(value) && Number(value) >= 0)
		? undefined
		: 'the price is no amount';

/** What is wrong with what `withdrawals.parse` returned. */
export function withdrawalProblem(value: unknown): Problem {
	if (value === undefined) return undefined;
	if (!isObject(value)) return 'it is no object';
	return failureProblem({ code: 'model_unavailable', retryable: false, ...value });
}

/** What is wrong with what `balance.parse` returned. */
export function balanceProblem(value: unknown): Problem {
	if (!isObject(value)) return 'it is no object';
	if ('retryable' in value) return failureProblem(value);
	if (!Number.isFinite(value.amount)) return 'the balance is no amount';
	return isText(value.currency) ? undefined : 'the balance has no currency';
}

/** What is wrong with what `recover.parse` returned. */
export function recordsProblem(value: unknown): Problem {
	if (!isObject(value)) return 'it is no object';
	if ('retryable' in value) return failureProblem(value);
	const { requests, cursor } = value;
	if (cursor !== undefined && !isText(cursor)) return 'the next page has no name';
	if (!Array.isArray(requests)) return 'there is no list of requests';
	return requests.map(recordProblem).find(Boolean);
}

function recordProblem(record: unknown): Problem {
	if (!isObject(record)) return 'a request is no object';
	const { jobId, prompt, imageUrls, end } = record;
	if (!isText(jobId) || /^(undefined|null|\[object)/.test(String(jobId)))
		return 'a request has no job id';
	if (prompt !== undefined && typeof prompt !== 'string') return 'a prompt is no text';
	const areTexts = Array.isArray(imageUrls) && imageUrls.every((url) => typeof url === 'string');
	if (imageUrls !== undefined && !areTexts) return 'the images of a request are no texts';
	return end === undefined ? undefined : stateProblem(end);
}

/** What is wrong with what `callback.jobIdOf` returned. */
export const hintProblem = (value: unknown): Problem =>
	value === undefined || isText(value) ? undefined : 'the job id is no text';
