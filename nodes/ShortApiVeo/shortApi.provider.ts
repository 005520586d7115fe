import {
	asObject,
	describeText,
	failureFromStatus,
	isSuccess,
	jobIdIn,
	noJobId,
	wordIn,
} from '../shared/wire/answers';
import type { Cost, Failure, JobState, SellingProvider, WireResponse } from '../shared/types';
import { withModelWords } from '../shared/wire/modelWords';
import { firstVideoUrl } from '../shared/wire/videoUrl';
import { shortApiModels } from './shortApi.models';

const dataOf = ({ body }: Pick<WireResponse, 'body'>) => asObject(body.data);

/** Errors come as HTTP 200 with a `code` that is not 0; the text is in `info` or `message`. */
const isRefusal = ({ body: { code } }: WireResponse) =>
	(typeof code === 'number' || typeof code === 'string') && Number(code) !== 0;

/** No list of codes is published. Clients report 3000 for passing trouble behind the API. */
function readError(response: WireResponse): Failure {
	const { code, info, message } = response.body;
	const reason = describeText(info) || describeText(message);
	if (!isSuccess(response) || !response.isJson) return failureFromStatus(response, reason);
	const isPassing = wordIn(code) === '3000';
	const fallback = typeof code === 'number' ? `the answer has code ${code}` : 'it gave no reason';
	return {
		code: isPassing ? 'provider_unavailable' : 'unknown',
		message: reason || fallback,
		retryable: isPassing,
	};
}

/** Only 2 is documented as a status; the other numbers and the words are what clients report. */
const isDone = (status: unknown) => ['2', 'succeeded', 'completed'].includes(wordIn(status));
const isQueued = (status: unknown) => ['0', 'pending', 'queued'].includes(wordIn(status));
const isFailed = (status: unknown) =>
	['failed', 'error'].includes(wordIn(status)) || Number(wordIn(status)) >= 3;

function parseStatus(response: WireResponse): JobState {
	if (!isSuccess(response) || !response.isJson || isRefusal(response)) {
		return { status: 'unreadable', failure: readError(response) };
	}
	const data = dataOf(response);
	const model = typeof data.model === 'string' ? data.model : undefined;
	if (data.refunded === true || isFailed(data.status)) {
		const message = describeText(data.error) || 'the job failed without a reason';
		const refund: Cost = { amount: 0, currency: 'USD', kind: 'charged' };
		return {
			status: 'failed',
			failure: { code: 'unknown', message, retryable: false },
			cost: data.refunded === true ? refund : undefined,
			model,
		};
	}
	if (isDone(data.status)) {
		// The documentation of this video model shows the video under `images`.
		const { videos, images, video, url, video_url: videoUrlField } = asObject(data.result);
		const videoUrl = firstVideoUrl(videos, images, video, url, videoUrlField);
		if (videoUrl) return { status: 'completed', videoUrl, model };
		return { status: 'in_progress', isFinishing: true, model };
	}
	return { status: isQueued(data.status) ? 'queued' : 'in_progress', model };
}

/** https://shortapi.ai/models/google/veo-3.1/reference-to-video/llms.txt */
export const shortApi: SellingProvider = {
	id: 'shortapi',
	displayName: 'ShortAPI',
	credential: 'veoShortApi',
	baseUrl: 'https://api.shortapi.ai',
	models: shortApiModels,

	submit: {
		build: (request) => ({
			method: 'POST',
			path: '/api/v1/job/create',
			body: request.model.body(request),
		}),
		parse(response) {
			const { job_id: id, amount } = dataOf(response);
			const jobId = jobIdIn(id);
			if (jobId === undefined) {
				const isSilent = isSuccess(response) && response.isJson && !isRefusal(response);
				return isSilent ? noJobId : withModelWords(readError(response));
			}
			// A decimal in a string; the documented example is the price in US dollars.
			const dollars = parseFloat(wordIn(amount));
			const cost: Cost = { amount: dollars, currency: 'USD', kind: 'charged' };
			return { jobId, status: 'queued', cost: Number.isFinite(dollars) ? cost : undefined };
		},
	},
	// What it posts is not documented, so the job id is looked for where its other answers have one.
	callback: {
		jobIdOf(body) {
			const data = dataOf({ body });
			const candidates = [body.job_id, body.id, data.job_id, data.id];
			return candidates.map(jobIdIn).find((id) => id !== undefined);
		},
		isDocumented: false,
	},
	status: {
		build: (jobId) => ({ method: 'GET', path: '/api/v1/job/query', query: { id: jobId } }),
		parse: parseStatus,
	},
};
