import type { IDataObject } from 'n8n-workflow';

import { codeOfErrorType } from '../shared/wire/errorTypes';
import {
	asObject,
	describeText,
	failureFromStatus,
	isSuccess,
	jobIdIn,
	noBalance,
	noJobId,
} from '../shared/wire/answers';
import type { Cost, Failure, JobState, SellingProvider, WireResponse } from '../shared/types';
import { withModelWords } from '../shared/wire/modelWords';
import { firstVideoUrl } from '../shared/wire/videoUrl';
import { aimlApiModels } from './aimlApi.models';
import { aimlApiPrices } from './aimlApi.prices';
import { aimlApiWithdrawals } from './aimlApi.withdrawals';

const generations = '/v2/video/generations';

/** https://docs.aimlapi.com/faq/how-can-i-track-my-funds */
const creditsPerDollar = 2_000_000;

function costOf({ meta }: IDataObject, kind: Cost['kind']): Cost | undefined {
	const { credits_used: credits } = asObject(asObject(meta).usage);
	if (typeof credits !== 'number') return undefined;
	return { amount: credits / creditsPerDollar, currency: 'USD', kind };
}

/** https://docs.aimlapi.com/errors-and-messages: HTTP errors carry `message`. */
function readHttpError(response: WireResponse): Failure {
	const reason = describeText(response.body.message);
	const failure = failureFromStatus(response, reason);
	// A 403 is the answer when the credits are used up, and also when the key has no access.
	const isBalance = response.status === 403 && /credit|balance|top up/i.test(reason);
	return isBalance ? { ...failure, code: 'insufficient_balance' } : failure;
}

/** A failed job's `error` is `{ name, message }`, or fal's `{ detail: [{ msg, type }] }`, or text. */
function readJobError(error: unknown): Failure {
	const { message, name, detail } = asObject(error);
	const first = asObject(Array.isArray(detail) ? detail[0] : undefined);
	const code = codeOfErrorType(first.type) ?? codeOfErrorType(name) ?? 'unknown';
	const text = [message, first.msg, detail, error, name].map(describeText).find(Boolean);
	return {
		code,
		message: text ?? 'the job failed without a reason',
		retryable: code === 'provider_unavailable',
	};
}

function parseStatus(response: WireResponse): JobState {
	if (!isSuccess(response) || !response.isJson) {
		return { status: 'unreadable', failure: readHttpError(response) };
	}
	const { body } = response;
	switch (body.status) {
		case 'queued':
		case 'waiting':
			return { status: 'queued' };
		case 'error':
		case 'failed': {
			// Failed generations are not charged.
			const cost: Cost = { amount: 0, currency: 'USD', kind: 'charged' };
			return { status: 'failed', failure: readJobError(body.error), cost };
		}
		case 'completed':
		case 'succeeded': {
			const videoUrl = firstVideoUrl(body.video);
			if (videoUrl) return { status: 'completed', videoUrl, cost: costOf(body, 'charged') };
			return { status: 'in_progress', isFinishing: true };
		}
		default:
			// These are generating, active, processing, and every word that we have not met yet.
			return { status: 'in_progress' };
	}
}

/** https://docs.aimlapi.com/api-references/video-models/google/veo-3.1-reference-to-video */
export const aimlApi: SellingProvider = {
	id: 'aimlapi',
	displayName: 'AI/ML API',
	credential: 'veoAimlApi',
	baseUrl: 'https://api.aimlapi.com',
	models: aimlApiModels,
	// Examples show a UUID, a UUID with the model behind it, and an id of 21 characters.
	jobIdPattern: /^([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|[\w-]{21})(:\S+)?$/i,

	submit: {
		requestLog: 'the usage logs of your AI/ML API account',
		build: (request) => ({
			method: 'POST',
			path: generations,
			// https://docs.aimlapi.com/capabilities/request-tracing-and-cost
			headers: request.requestId ? { 'X-Client-Request-Id': request.requestId } : undefined,
			body: request.model.body(request),
		}),
		parse(response) {
			const jobId = jobIdIn(response.body.id);
			if (jobId === undefined) {
				if (isSuccess(response) && response.isJson) return noJobId;
				return withModelWords(readHttpError(response));
			}
			return { jobId, status: 'queued', cost: costOf(response.body, 'reserved') };
		},
	},
	status: {
		// The id contains `:` and `/`; a query value is encoded by the HTTP client.
		build: (jobId) => ({ method: 'GET', path: generations, query: { generation_id: jobId } }),
		parse: parseStatus,
	},
	prices: aimlApiPrices,
	withdrawals: aimlApiWithdrawals,
	// https://docs.aimlapi.com/api-references/service-endpoints/account-balance
	balance: {
		build: () => ({ method: 'GET', path: '/v2/billing' }),
		parse(response) {
			const { current_balance: amount, currency } = response.body;
			if (!isSuccess(response)) return readHttpError(response);
			if (typeof amount !== 'number') return noBalance;
			return { amount, currency: describeText(currency) || 'USD' };
		},
	},
};
