import { jsonAnswer } from '../../contract.mts';
import type { Answer } from '../../contract.mts';
import type { Job } from '../../jobs.mts';
import type { Problem } from '../../validation.mts';

const errorPage = 'https://docs.fal.ai/errors';

const validationTypes: Record<Problem['kind'], string> = {
	json: 'json_invalid',
	missing: 'missing',
	unknown: 'extra_forbidden',
	type: 'type_error',
	value: 'value_error',
	length: 'value_error',
};

/** 422 as fal's models give it; https://fal.ai/docs/documentation/model-apis/errors.md. */
export function validationAnswer(problems: Problem[], where = 'body'): Answer {
	const detail = problems.map(({ kind, path, message, input }) => ({
		loc: [where, ...path],
		msg: message,
		type: validationTypes[kind],
		url: `${errorPage}#${validationTypes[kind]}`,
		input: input ?? null,
	}));
	return jsonAnswer(422, { detail }, { 'X-Fal-Retryable': 'false' });
}

const requestErrors: Record<number, [type: string, detail: string]> = {
	400: ['bad_request', 'Bad request'],
	499: ['client_cancelled', 'Request was cancelled by the client'],
	500: ['internal_error', 'Internal server error'],
	502: ['runner_incomplete_response', 'Runner sent an incomplete response'],
	503: ['runner_scheduling_failure', 'No runner could be scheduled'],
	504: ['request_timeout', 'Request timed out'],
};

/** The errors of fal's own machinery; …/model-apis/request-errors.md. */
export function requestErrorAnswer(status: number): Answer {
	const [type, detail] = requestErrors[status] ?? ['internal_error', `Status ${status}`];
	return jsonAnswer(status, { detail, error_type: type }, { 'X-Fal-Error-Type': type });
}

// Failures that the status answer names; the others show only in the result.
const infrastructure: Record<string, Answer> = {
	'generation-failed': requestErrorAnswer(500),
	'runner-unavailable': requestErrorAnswer(503),
	'request-timeout': requestErrorAnswer(504),
	'start-timeout': {
		...requestErrorAnswer(504),
		headers: { 'X-Fal-Error-Type': 'request_timeout', 'X-Fal-Request-Timeout-Type': 'user' },
	},
	canceled: requestErrorAnswer(499),
};

/** `error` and `error_type` of the status answer; empty where the status shows no error. */
export function statusErrorOf(job: Job): { error?: string; error_type?: string } {
	const answer =
		infrastructure[job.state === 'canceled' ? 'canceled' : (job.failure?.reason ?? '')];
	if (!answer) return {};
	const { detail, error_type } = bodyOf(answer) as { detail: string; error_type: string };
	return { error: detail, error_type };
}

/** What the result URL gives for a job that has ended: the model's own answer, also for errors. */
export function outcomeAnswer(job: Job): Answer {
	if (job.state === 'canceled') return infrastructure.canceled;
	const { failure } = job;
	if (!failure) return completedAnswer(job);
	if (failure.reason in infrastructure) return infrastructure[failure.reason];
	if (failure.reason === 'plain-detail') {
		return jsonAnswer(422, { detail: 'The request could not be processed' });
	}
	return modelError(job, failure.reason === 'image-unreadable' ? (failure.image ?? 0) : undefined);
}

function completedAnswer(job: Job): Answer {
	const url = job.outcome.videoUrl;
	const file = { content_type: 'video/mp4', file_name: new URL(url).pathname.split('/').pop() };
	const video = job.directives.has('url-only') ? { url } : { url, ...file };
	return jsonAnswer(200, { video }, { 'x-fal-billable-units': '8' });
}

function modelError(job: Job, image?: number): Answer {
	const { image_urls: images = [] } = job.request as { image_urls?: string[] };
	const entry =
		image === undefined
			? {
					loc: ['body', 'prompt'],
					msg: 'The content could not be processed because it was flagged by a content checker.',
					type: 'content_policy_violation',
					input: job.prompt,
				}
			: {
					loc: ['body', 'image_urls', image],
					msg: 'Failed to download the file. Please check if the URL is accessible.',
					type: 'file_download_error',
					input: images[image],
				};
	const detail = [{ ...entry, url: `${errorPage}#${entry.type}`, ctx: {} }];
	return jsonAnswer(422, { detail }, { 'X-Fal-Retryable': 'false' });
}

/** As users report it in the issues 1112, 1147 and 1162 of fal-ai/fal. */
export function lockedAnswer(
	reason = 'Exhausted balance. Top up your balance at fal.ai/dashboard/billing.',
): Answer {
	return jsonAnswer(403, { detail: `User is locked. Reason: ${reason}` });
}

/** …/model-apis/concurrency-limits.md. */
export function tooManyAnswer(detail: string): Answer {
	const type = 'concurrent_requests_limit';
	return jsonAnswer(429, { detail, error_type: type }, { 'X-Fal-Needs-Retry': '1' });
}

export function bodyOf(answer: Answer): unknown {
	return 'json' in answer.body ? answer.body.json : undefined;
}
