import type { IDataObject } from 'n8n-workflow';

import {
	asObject,
	describeText,
	failureFromStatus,
	httpUrl,
	isObject,
	isSuccess,
	jobIdIn,
	noBalance,
	noImageUrl,
	noJobId,
	wordIn,
} from '../shared/wire/answers';
import { codeOfErrorType } from '../shared/wire/errorTypes';
import type {
	Balance,
	Failure,
	JobState,
	RecordedRequest,
	SellingProvider,
	WireResponse,
} from '../shared/types';
import { withModelWords } from '../shared/wire/modelWords';
import { firstVideoUrl } from '../shared/wire/videoUrl';
import { falModels } from './fal.models';
import { falSigning } from './fal.signature';

/** The address of a job has owner and app alone in it, without the rest of the model's path. */
function requestPath(jobId: string, modelId: string, action = ''): string {
	const [owner, app = ''] = modelId.split('/');
	return `/${owner}/${app}/requests/${encodeURIComponent(jobId)}${action}`;
}

interface ErrorDetail {
	type?: string;
	msg?: string;
}

function details({ body }: WireResponse): ErrorDetail[] {
	if (Array.isArray(body.detail)) return body.detail as ErrorDetail[];
	return typeof body.detail === 'string' ? [{ msg: body.detail }] : [];
}

/** Newer documentation names the header X-Fal-Needs-Retry, older X-Fal-Retryable. */
function saysRetryable({ headers }: WireResponse): boolean {
	return headers['x-fal-needs-retry'] === '1' || headers['x-fal-retryable'] === 'true';
}

/** An answer that is not a success, from any call: status code first, then `detail[].type`. */
function readError(response: WireResponse): Failure {
	const [first] = details(response);
	const reason = describeText(first?.msg);
	if (response.status === 403 && /balance|top.?up/i.test(reason)) {
		return { code: 'insufficient_balance', message: reason, retryable: false };
	}
	if (response.status === 403 && /locked/i.test(reason)) {
		const nextStep = 'Ask the support of fal.ai to unlock your account';
		return { code: 'permission', message: reason, retryable: false, nextStep };
	}
	if (response.status === 422 || response.status === 400) {
		return {
			// Every other type says that the input was not valid.
			code: codeOfErrorType(first?.type) ?? 'validation',
			message: reason || describeText(first?.type) || 'the request was not valid',
			retryable: saysRetryable(response),
		};
	}
	return failureFromStatus(response, reason);
}

const canceled = { code: 'canceled', message: 'the job was canceled', retryable: false } as const;

/** When fal's own infrastructure has failed a job, its status carries `error` and `error_type`. */
function readStatusError({ body }: WireResponse): Failure | undefined {
	if (!body.error && !body.error_type) return undefined;
	if (body.error_type === 'client_cancelled') return canceled;
	const message = [body.error, body.error_type].map(describeText).find(Boolean);
	return {
		code: 'provider_unavailable',
		message: message ?? 'the server that ran the job failed',
		retryable: true,
	};
}

function parseStatus(response: WireResponse): JobState {
	// 202 while the job is in the queue or runs, 200 when it has ended.
	if ((response.status !== 200 && response.status !== 202) || !response.isJson) {
		return { status: 'unreadable', failure: readError(response) };
	}
	if (response.body.status === 'COMPLETED') {
		return { status: 'settled', failure: readStatusError(response) };
	}
	return { status: response.body.status === 'IN_QUEUE' ? 'queued' : 'in_progress' };
}

/** The result is the model's own answer, so its HTTP code tells success from failure. */
function parseResult(response: WireResponse, settled: { failure?: Failure }): JobState {
	const videoUrl = firstVideoUrl(response.body.video);
	if (response.status === 200 && response.isJson) {
		if (videoUrl) return { status: 'completed', videoUrl };
		const message = 'fal.ai reported success, but its result has no video';
		return {
			status: 'failed',
			failure: settled.failure ?? { code: 'unknown', message, retryable: false },
		};
	}
	if (response.status === 499) return { status: 'canceled', failure: canceled };
	if (response.status === 422 || response.status === 400) {
		return { status: 'failed', failure: readError(response) };
	}
	// A server error alone may concern this read only. When fal's infrastructure has failed the job,
	// the status says so, too.
	if (response.status >= 500 && settled.failure) {
		const { failure } = settled;
		return { status: failure.code === 'canceled' ? 'canceled' : 'failed', failure };
	}
	return { status: 'unreadable', failure: readError(response) };
}

const noRequests: Failure = {
	code: 'unknown',
	message: 'the answer contains no list of requests',
	retryable: false,
};

/** The result is the same as at the address of the job, where it is forgotten after an hour. */
function readRecord(record: IDataObject): RecordedRequest[] {
	const { request_id: id, json_input: input, json_output: output, status_code: status } = record;
	const jobId = jobIdIn(id);
	if (jobId === undefined) return [];
	if (!isObject(input)) return [{ jobId }];
	const { prompt, image_urls: images } = input;
	const end =
		isObject(output) && typeof status === 'number'
			? parseResult({ status, headers: {}, body: output, isJson: true }, {})
			: undefined;
	return [
		{
			jobId,
			input,
			prompt: typeof prompt === 'string' ? prompt : undefined,
			imageUrls: Array.isArray(images) ? images.map(wordIn) : [],
			...(end && { end }),
		},
	];
}

/** Only a key with the scope ADMIN may ask. For any other key this says nothing about the key. */
function parseBalance(response: WireResponse): Balance | Failure {
	const { current_balance: amount, currency } = asObject(response.body.credits);
	if (response.status === 403) {
		return {
			code: 'permission',
			message: 'only an API key with the scope ADMIN may ask for the balance',
			retryable: false,
			nextStep:
				'Create a key with the scope ADMIN at https://fal.ai/dashboard/keys, add a credential with it, and choose that credential in this node',
		};
	}
	if (!isSuccess(response)) return readError(response);
	if (typeof amount !== 'number') return noBalance;
	return { amount, currency: describeText(currency) || 'USD' };
}

/** fal's queue: https://docs.fal.ai/model-apis/model-endpoints/queue. */
export const fal: SellingProvider = {
	id: 'fal',
	displayName: 'fal.ai',
	credential: 'veoFalApi',
	baseUrl: 'https://queue.fal.run',
	models: falModels,
	retention: 'fal.ai keeps a result for an hour',
	jobIdPattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,

	submit: {
		build: (request) => ({
			method: 'POST',
			path: `/${request.model.id}`,
			query: request.callbackUrl ? { fal_webhook: request.callbackUrl } : undefined,
			body: request.model.body(request),
		}),
		parse(response) {
			const jobId = jobIdIn(response.body.request_id);
			if (jobId !== undefined) return { jobId, status: 'queued' };
			return isSuccess(response) && response.isJson ? noJobId : withModelWords(readError(response));
		},
	},
	status: {
		build: (jobId, modelId) => ({
			method: 'GET',
			path: requestPath(jobId, modelId, '/status'),
		}),
		parse: parseStatus,
	},
	// https://fal.ai/docs/platform-apis/v1/models/requests/by-endpoint
	recover: {
		longestHours: 30 * 24,
		build: (modelId, { start, cursor }) => ({
			method: 'GET',
			host: 'platformUrl',
			path: '/v1/models/requests/by-endpoint',
			query: {
				endpoint_id: modelId,
				start,
				expand: 'payloads',
				limit: '100',
				...(cursor && { cursor }),
			},
		}),
		parse(response) {
			const { items, next_cursor: cursor, has_more: hasMore } = response.body;
			if (!isSuccess(response)) return readError(response);
			if (!Array.isArray(items)) return noRequests;
			const requests = items.map(asObject).flatMap(readRecord);
			const hasCursor = hasMore === true && cursor && typeof cursor === 'string';
			return hasCursor ? { requests, cursor } : { requests };
		},
	},
	// https://docs.fal.ai/platform-apis/v1/account/billing
	balance: {
		build: () => ({
			method: 'GET',
			host: 'platformUrl',
			path: '/v1/account/billing',
			query: { expand: 'credits' },
		}),
		parse: parseBalance,
	},
	result: {
		// Read only after COMPLETED: what an early read answers is not documented.
		build: (jobId, modelId) => ({ method: 'GET', path: requestPath(jobId, modelId) }),
		parse: parseResult,
	},
	callback: {
		// `gateway_request_id` may differ after a retry of fal's own; `request_id` is the job.
		jobIdOf: ({ request_id: jobId }) => jobIdIn(jobId),
		isDocumented: true,
		signing: falSigning,
	},
	// As fal-js does it for files below 90 MB: announce the file, then PUT its bytes.
	upload: {
		// https://fal.ai/models/fal-ai/veo3.1/reference-to-video/api: input images up to 8 MB.
		maxBytes: 8 * 2 ** 20,
		build: ({ mimeType, fileName }) => ({
			method: 'POST',
			host: 'restUrl',
			path: '/storage/upload/initiate',
			query: { storage_type: 'fal-cdn-v3' },
			body: { content_type: mimeType, file_name: fileName },
		}),
		parse(response) {
			const imageUrl = httpUrl(response.body.file_url);
			const putUrl = httpUrl(response.body.upload_url);
			if (!isSuccess(response) || !response.isJson) return readError(response);
			return imageUrl && putUrl ? { imageUrl, putUrl } : noImageUrl;
		},
	},
	cancel: {
		build: (jobId, modelId) => ({
			method: 'PUT',
			path: requestPath(jobId, modelId, '/cancel'),
		}),
		// Documented bodies differ (`CANCELLATION_REQUESTED`, `OK`, `success`), HTTP codes do not.
		parse(response) {
			if (isSuccess(response)) return 'requested';
			if (response.status === 400) return 'already_ended';
			return readError(response);
		},
	},
};
