import type { IDataObject } from 'n8n-workflow';

import { asObject, describeText, isSuccess, noImageUrl, noJobId } from '../shared/wire/answers';
import type {
	Cost,
	ErrorCode,
	Failure,
	JobState,
	Moment,
	SimulatedAnswer,
	VideoProvider,
	WireRequest,
	WireResponse,
} from '../shared/types';
import { clip } from './simulator.clip';
import { simulatorModels } from './simulator.models';

const base = 'https://simulator.invalid';

const usualSeconds = 10;
const longestSeconds = 24 * 60 * 60;

interface End {
	status: 'completed' | 'failed' | 'canceled';
	error?: { code: ErrorCode; message: string; retryable: boolean };
}

const failed = (code: ErrorCode, message: string, retryable = false): End => ({
	status: 'failed',
	error: { code, message: `${message} (simulated)`, retryable },
});

/** How a job can end. The prompt chooses by `#sandbox:` and one of these words. */
const ends = new Map<string, End | undefined>([
	['content-policy', failed('content_policy', 'the content filter refused the prompt')],
	['image-unreadable', failed('image_unreadable', 'the first image could not be read')],
	['generation-failed', failed('provider_unavailable', 'the job failed', true)],
	['canceled', { status: 'canceled' }],
	['link-gone', { status: 'completed' }],
	['completed', { status: 'completed' }],
	['never', undefined],
]);

const words = ['no-balance', 'seconds=N', ...ends.keys()].filter((word) => word !== 'completed');

const idPattern = /^sim-([\da-z]{8,9})-(\d{1,8})-([a-z]+(?:-[a-z]+)*)-[\da-f]{8}$/;

interface SimulatedJob {
	/** Milliseconds since the epoch. */
	startedAt: number;
	lengthMs: number;
	outcome: string;
}

/** All that there is to know about a job stands in its id: nobody keeps it anywhere. */
const idOf = ({ startedAt, lengthMs, outcome }: SimulatedJob, nonce: string) =>
	`sim-${startedAt.toString(36)}-${lengthMs}-${outcome}-${nonce}`;

function jobOf(jobId: string): SimulatedJob | undefined {
	const [, started, length, outcome] = idPattern.exec(jobId) ?? [];
	if (outcome === undefined || !ends.has(outcome)) return undefined;
	return { startedAt: parseInt(started, 36), lengthMs: Number(length), outcome };
}

const refuse = (status: number, code: ErrorCode, message: string): SimulatedAnswer => ({
	status,
	body: { error: { code, message, retryable: false } },
});

const unknownJob = refuse(404, 'not_found', 'the simulator does not know this job');

/** The length and the outcome that the words in a prompt ask for, or what is wrong with them. */
function wishesIn(prompt: string): { seconds: number; outcome: string } | { problem: string } {
	let seconds = usualSeconds;
	let outcome = 'completed';
	for (const [, word, value] of prompt.matchAll(/#sandbox:([\w-]+)(?:=([\w.-]*))?/g)) {
		const isKnown = words.includes(value === undefined ? word : `${word}=N`);
		if (!isKnown) {
			const known = words.map((name) => `#sandbox:${name}`).join(', ');
			return { problem: `"#sandbox:${word}" is unknown; use one of ${known}` };
		}
		if (value === undefined) {
			if (outcome !== 'completed') {
				return { problem: `"${outcome}" and "${word}" cannot both happen` };
			}
			outcome = word;
			continue;
		}
		seconds = value === '' ? NaN : Number(value);
		if (!(seconds >= 0 && seconds <= longestSeconds)) {
			return { problem: `"#sandbox:seconds=${value}" is not between 0 and ${longestSeconds}` };
		}
	}
	return { seconds, outcome };
}

function submit({ prompt, callback_url: url }: IDataObject, { now, nonce }: Moment) {
	const wishes = wishesIn(String(prompt));
	if ('problem' in wishes) return refuse(400, 'validation', wishes.problem);
	const { seconds, outcome } = wishes;
	if (outcome === 'no-balance') {
		return refuse(402, 'insufficient_balance', 'the balance is 0 (simulated)');
	}
	const job = { startedAt: now, lengthMs: Math.round(seconds * 1000), outcome };
	const jobId = idOf(job, nonce);
	const answer: SimulatedAnswer = { status: 200, body: { job_id: jobId, status: 'queued' } };
	const isCalled = typeof url === 'string' && outcome !== 'never';
	if (isCalled) answer.callback = { url, body: { job_id: jobId }, at: now + job.lengthMs };
	return answer;
}

function stateOf(jobId: string, { startedAt, lengthMs, outcome }: SimulatedJob, moment: Moment) {
	if (moment.isCanceled(jobId)) return { status: 'canceled' };
	const passed = moment.now - startedAt;
	const end = ends.get(outcome);
	if (passed < 0 || (passed === 0 && lengthMs > 0)) return { status: 'queued', progress: 0 };
	if (!end) return { status: 'in_progress', progress: 50 };
	if (passed < lengthMs) {
		return { status: 'in_progress', progress: Math.floor((100 * passed) / lengthMs) };
	}
	return end.status === 'completed' ? { ...end, video_url: `${base}/${jobId}.mp4` } : { ...end };
}

function answer({ method, path, body = {} }: WireRequest, moment: Moment): SimulatedAnswer {
	if (path === '/files') {
		const image_url = `${base}/files/${moment.nonce}/${String(body.file_name)}`;
		return { status: 200, body: { image_url } };
	}
	if (path === '/jobs') return submit(body, moment);
	const jobId = decodeURIComponent(path.split('/')[2] ?? '');
	const job = jobOf(jobId);
	if (!job) return unknownJob;
	const state = { job_id: jobId, ...stateOf(jobId, job, moment) };
	if (method === 'GET') return { status: 200, body: state };
	const isOver = !['queued', 'in_progress'].includes(state.status);
	if (isOver) return { status: 409, body: state };
	return { status: 202, body: { job_id: jobId, status: 'canceled' }, canceled: jobId };
}

function file(url: string): Buffer | { reason: string; httpCode?: number } {
	const [, jobId] = /^https:\/\/simulator\.invalid\/(.+)\.mp4$/.exec(url) ?? [];
	const job = jobId ? jobOf(jobId) : undefined;
	if (job?.outcome === 'link-gone') return { reason: 'the link answered HTTP 404', httpCode: 404 };
	if (job) return Buffer.from(clip, 'base64');
	return { reason: 'the simulator has only its own videos' };
}

const free: Cost = { amount: 0, currency: 'USD', kind: 'charged' };

function readError({ body }: WireResponse): Failure {
	const { code, message, retryable } = asObject(body.error);
	return {
		code: (code as ErrorCode | undefined) ?? 'unknown',
		message: describeText(message) || 'the simulator gave no reason',
		retryable: retryable === true,
	};
}

const canceled: Failure = { code: 'canceled', message: 'the job was canceled', retryable: false };

function parseStatus(response: WireResponse): JobState {
	const { body } = response;
	if (!isSuccess(response)) return { status: 'unreadable', failure: readError(response) };
	switch (body.status) {
		case 'completed':
			return { status: 'completed', videoUrl: String(body.video_url), cost: free };
		case 'failed':
			return { status: 'failed', failure: readError(response), cost: free };
		case 'canceled':
			return { status: 'canceled', failure: canceled, cost: free };
		default:
			return {
				status: body.status === 'queued' ? 'queued' : 'in_progress',
				progress: Number(body.progress),
			};
	}
}

/** No provider, but the way to build and test a workflow without one. */
export const simulator: VideoProvider = {
	id: 'simulator',
	displayName: 'Simulator',
	description:
		'Free and without a key, to build and test a workflow; always returns the same short video',
	notice: `Nothing is sent and nothing is billed. A job takes ${usualSeconds} seconds and always returns the same short video. To see what else can happen, write one of these into the prompt: ${words.map((word) => `#sandbox:${word}`).join(', ')}.`,
	baseUrl: base,
	models: simulatorModels,
	jobIdPattern: idPattern,
	simulation: { answer, file },

	submit: {
		build: (request) => ({ method: 'POST', path: '/jobs', body: request.model.body(request) }),
		parse(response) {
			if (!isSuccess(response)) return readError(response);
			const { job_id: jobId } = response.body;
			return typeof jobId === 'string' ? { jobId, status: 'queued' } : noJobId;
		},
	},
	status: {
		build: (jobId) => ({ method: 'GET', path: `/jobs/${encodeURIComponent(jobId)}` }),
		parse: parseStatus,
	},
	upload: {
		// The smallest limit of the real ones, so that what passes here passes there.
		maxBytes: 10 * 2 ** 20,
		build: ({ fileName }) => ({ method: 'POST', path: '/files', body: { file_name: fileName } }),
		parse({ body }) {
			const { image_url: imageUrl } = body;
			return typeof imageUrl === 'string' ? { imageUrl } : noImageUrl;
		},
	},
	cancel: {
		build: (jobId) => ({ method: 'PUT', path: `/jobs/${encodeURIComponent(jobId)}/cancel` }),
		parse(response) {
			if (response.status === 409) return 'already_ended';
			return isSuccess(response) ? 'requested' : readError(response);
		},
	},
	callback: {
		jobIdOf: ({ job_id: jobId }) => (typeof jobId === 'string' ? jobId : undefined),
		isDocumented: true,
	},
};
