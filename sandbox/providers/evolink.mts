import { z } from 'zod';
import { jsonAnswer } from '../contract.mts';
import type { Answer, Exchange, Route, SandboxProvider, SandboxState } from '../contract.mts';
import { commonDirectives, readDirectives } from '../directives.mts';
import type { Job } from '../jobs.mts';
import { isHttpAddress, isPrivateAddress } from '../network.mts';
import { checkJson, httpAddress, sentenceOf } from '../validation.mts';
import type { Checked, Problem } from '../validation.mts';
import {
	createdOf,
	findTask,
	idPrefix,
	keepBase64,
	keepCopy,
	keepStream,
	startTask,
	taskErrorOf,
	taskStatusOf,
} from './unified-task.mts';
import type { Kept } from './unified-task.mts';

const provider = 'evolink';
const base = `/${provider}`;
const filesBase = `${base}-files`;
const mostBodyBytes = 4 * 2 ** 20;

const directives: Record<string, string> = {
	canceled: 'accepted, then ends as failed with request_cancelled',
	quota: 'accepted, then fails with quota_exceeded, which is a rate here, not the balance',
	'outcome-unknown': 'accepted, and the submit is answered 409 paid_outcome_unknown',
	'key-limit': 'refused at submit: the limit of the key is used up; nothing is accepted',
	charged: 'the finished task says what it cost, as the client of EvoLink reads it',
	'full-submit': 'the submit answer has task_info, usage and the rest',
};

const known = { ...commonDirectives, ...directives };

/** An address without an ending may lead to anything. */
const isJpegOrPng = (address: string) => !/\.(webp|gif|bmp|avif)([?#]|$)/i.test(address);

const isOmniImage = (address: string) => !/\.(gif|bmp|avif)([?#]|$)/i.test(address);

// In REFERENCE mode generate_audio is the only advanced parameter, so n, seed, negative_prompt,
// person_generation and resize_mode are unknown here. The duration must be sent: its default of 4
// contradicts the mode.
const veoSchema = z.strictObject({
	model: z.enum(['veo-3.1-generate-preview', 'veo-3.1-fast-generate-preview']),
	prompt: z.string().min(1).max(2000),
	image_urls: z.array(httpAddress.refine(isJpegOrPng, 'must be .jpg, .jpeg or .png')).min(1).max(3),
	generation_type: z.literal('REFERENCE'),
	aspect_ratio: z.literal('16:9').optional(),
	duration: z.literal(8),
	quality: z.enum(['720p', '1080p', '4k']).optional(),
	generate_audio: z.boolean().optional(),
	callback_url: z.string().max(2048).refine(isHttpAddress, 'must be an HTTPS URL').optional(),
});

const omni = 'gemini-omni-1.1-flash-reference-to-video';

/** …/video-series/gemini-omni-1.1-flash/gemini-omni-1.1-flash-reference-to-video. */
const omniSchema = z.strictObject({
	model: z.literal(omni),
	prompt: z.string().min(1),
	image_urls: z.array(httpAddress.refine(isOmniImage, 'must be png, jpeg or webp')).min(1).max(10),
	video_urls: z.array(httpAddress).min(1).max(3).optional(),
	quality: z.enum(['360p', '720p', '1080p', '4k']).optional(),
	duration: z.int().min(3).max(10).optional(),
	aspect_ratio: z.enum(['16:9', '9:16', 'auto']).optional(),
	callback_url: z.string().max(2048).refine(isHttpAddress, 'must be an HTTPS URL').optional(),
});

/** What the handlers read of an input, whatever its model. */
interface Input {
	model: string;
	prompt: string;
	image_urls: string[];
	aspect_ratio?: string;
	duration?: number;
	quality?: string;
	generate_audio?: boolean;
	callback_url?: string;
}

const modelSchema = z.looseObject({
	model: z.enum([...veoSchema.shape.model.options, omni]),
});

/** Each model has a page of its own. */
function checkInput(exchange: Exchange): Checked<Input> {
	const named = checkJson(modelSchema, exchange);
	if (named.problems) return named;
	return checkJson<Input>(named.value.model === omni ? omniSchema : veoSchema, exchange);
}

/** https://docs.evolink.ai/en/api-manual/video-series. */
function submit(exchange: Exchange, sandbox: SandboxState): Answer {
	if (exchange.body.length > mostBodyBytes) return refuse(413, exchange);
	const input = checkInput(exchange);
	if (input.problems) return invalid(input.problems);
	const { model, prompt, image_urls: images, callback_url: callbackUrl } = input.value;
	const { aspect_ratio: aspectRatio } = input.value;
	const rule = callbackUrl && brokenRule(callbackUrl, sandbox);
	if (rule) return invalid([{ kind: 'value', path: ['callback_url'], message: rule }]);
	const asked = readDirectives(prompt, known);
	if (asked.problem) return invalid([{ kind: 'value', path: ['prompt'], message: asked.problem }]);
	if (asked.directives.has('no-balance')) return refuse(402, exchange);
	if (asked.directives.has('model-unavailable')) {
		return failed(400, `No channel for model ${model}`, { code: 'no_available_channel' });
	}
	if (asked.directives.has('key-limit')) {
		return failed(402, 'The quota of this key is used up', { code: 'insufficient_token_quota' });
	}
	const key = exchange.headers['idempotency-key'];
	const earlier = key && sandbox.jobs.all().find((job) => job.key === key);
	if (earlier) return repeated(earlier, exchange);
	if (key && !acceptedKey.test(key)) {
		return invalid([
			{ kind: 'value', path: ['Idempotency-Key'], message: 'must have 16 to 96 characters' },
		]);
	}
	const { directives: outcome } = asked;
	const task = {
		provider,
		model,
		prompt,
		images,
		aspectRatio,
		callbackUrl,
		key,
		directives: outcome,
	};
	const job = startTask(task, exchange, sandbox);
	if (asked.directives.has('outcome-unknown')) return conflict('paid_outcome_unknown');
	const lean = leanOf(job);
	// The page of these two models shows the lean answer, the pages of other models the full one.
	const isFull = asked.directives.has('full-submit');
	return jsonAnswer(200, isFull ? { ...lean, ...extrasOf(job, input.value) } : lean);
}

const leanOf = (job: Job) => ({
	created: createdOf(job),
	id: job.id,
	model: job.model,
	// The page of Omni says processing.
	status: job.model === omni ? 'processing' : 'pending',
});

// No page describes the header. This is what EvoLink's own client expects of the server
// (https://github.com/EvoLinkAI/evolink-mcp: http-policy, api-client, error-handler).
const acceptedKey = /^[A-Za-z0-9._-]{16,96}$/;

const conflicts = {
	idempotency_conflict: 'This key was used for another request.',
	paid_outcome_unknown: 'An earlier submit with this key has not been settled.',
};

const conflict = (code: keyof typeof conflicts) => failed(409, conflicts[code], { code });

function repeated(earlier: Job, { record }: Exchange): Answer {
	if (JSON.stringify(earlier.request) !== JSON.stringify(record.body)) {
		return conflict('idempotency_conflict');
	}
	record.jobId = earlier.id;
	return jsonAnswer(200, leanOf(earlier), { 'idempotency-replayed': 'true' });
}

function brokenRule(address: string, { settings }: SandboxState): string | undefined {
	if (settings.allowHttpCallbacks) return undefined;
	if (!address.startsWith('https:')) return 'must be an HTTPS URL';
	return isPrivateAddress(address) ? 'must not be an internal address' : undefined;
}

function extrasOf({ seconds }: Job, { model, quality, ...input }: Input): object {
	const { generate_audio: isLoud = true, duration = 3 } = input;
	// Credits per second of the fast Veo model; the others' are not published.
	const rate = quality === '4k' ? (isLoud ? 20.2176 : 17.28) : isLoud ? 8.64 : 5.76;
	return {
		object: 'video.generation.task',
		progress: 0,
		task_info: { can_cancel: false, estimated_time: Math.ceil(seconds), video_duration: duration },
		type: 'video',
		usage: {
			billing_rule: model === omni ? 'per_token' : 'per_second',
			credits_reserved: Number((rate * duration).toFixed(4)),
			user_group: 'default',
		},
	};
}

function status(exchange: Exchange, sandbox: SandboxState): Answer {
	if (!exchange.params.id.startsWith(idPrefix)) {
		const message = `Invalid task id: it must start with ${idPrefix}`;
		return failed(400, message, { code: 'invalid_task_id', param: 'task_id' });
	}
	const job = findTask(provider, exchange, sandbox);
	return job ? jsonAnswer(200, taskOf(job)) : failed(404, 'Task not found');
}

/** https://docs.evolink.ai/en/api-manual/task-management/get-task-detail; also the callback. */
function taskOf(job: Job): object {
	const isCharged = job.state === 'completed' && job.directives.has('charged');
	return {
		created: createdOf(job),
		id: job.id,
		model: job.model,
		object: 'video.generation.task',
		progress: job.progress,
		...(job.state === 'completed' ? { results: [job.videoUrl] } : {}),
		status: taskStatusOf(job),
		task_info: { can_cancel: false },
		type: 'video',
		...(isCharged ? { usage: { credits_used: 43.52, cost: { credits: 43.52, usd: 0.64 } } } : {}),
		...(job.failure ? { error: taskErrorOf(job) } : {}),
	};
}

function credits(): Answer {
	const account = { remaining_credits: 1234.56, used_credits: 65.44 };
	const token = { ...account, unlimited_credits: false };
	return jsonAnswer(200, { data: { token, user: account }, message: '', success: true });
}

const base64Schema = z.strictObject({ base64_data: z.string().min(1) });
const copySchema = z.strictObject({ file_url: httpAddress });

function uploadBase64(exchange: Exchange, sandbox: SandboxState): Answer {
	const body = checkJson(base64Schema, exchange);
	if (body.problems) return fileFailed(400, sentenceOf(body.problems));
	return uploaded(keepBase64(provider, body.value.base64_data, undefined, sandbox), sandbox);
}

function uploadStream(exchange: Exchange, sandbox: SandboxState): Answer {
	return uploaded(keepStream(provider, exchange, sandbox), sandbox);
}

function uploadCopy(exchange: Exchange, sandbox: SandboxState): Answer {
	const body = checkJson(copySchema, exchange);
	if (body.problems) return fileFailed(400, sentenceOf(body.problems));
	return uploaded(keepCopy(provider, body.value.file_url, undefined, sandbox), sandbox);
}

function uploaded(kept: Kept, { uploads }: SandboxState): Answer {
	if (kept.problem)
		return fileFailed(kept.problem.kind === 'size' ? 413 : 400, kept.problem.message);
	const { upload } = kept;
	const file_url = uploads.urlOf(upload);
	const data = {
		file_id: upload.id,
		file_url,
		download_url: `${file_url}?download=1`,
		expires_at: new Date(upload.expiresAt).toISOString(),
	};
	return jsonAnswer(200, { success: true, code: 200, msg: 'File uploaded successfully', data });
}

function fileFailed(httpStatus: number, msg: string): Answer {
	return jsonAnswer(httpStatus, { success: false, code: httpStatus, msg, data: null });
}

const errors: Record<number, [code: string, message: string]> = {
	400: ['invalid_request', 'Invalid request parameters'],
	401: ['unauthorized', 'Invalid or missing API key'],
	402: ['insufficient_quota', 'Insufficient credits. Please top up your account.'],
	403: ['model_access_denied', 'Your key may not use this model'],
	404: ['task_not_found', 'Not found'],
	413: ['request_too_large', 'The request is larger than 4 MB'],
	429: ['rate_limit_exceeded', 'Too many requests'],
	500: ['internal_error', 'Internal server error'],
	502: ['bad_gateway', 'Bad gateway'],
	503: ['service_unavailable', 'Service temporarily unavailable'],
};

const errorTypes: Record<number, string> = {
	401: 'authentication_error',
	402: 'insufficient_quota_error',
	403: 'permission_error',
	404: 'not_found_error',
	429: 'rate_limit_error',
};

interface ErrorExtras {
	code?: string | number;
	param?: string;
}

/** https://docs.evolink.ai/en/api-manual/task-management/error-codes; the types are not listed. */
function failed(httpStatus: number, message: string, { code, param }: ErrorExtras = {}): Answer {
	const type = httpStatus < 500 ? 'invalid_request_error' : 'server_error';
	const error = {
		code: code ?? errors[httpStatus]?.[0] ?? 'internal_error',
		message,
		type: errorTypes[httpStatus] ?? type,
		...(param ? { param } : {}),
		...(httpStatus === 429 ? { fallback_suggestion: 'retry after 60 seconds' } : {}),
	};
	return jsonAnswer(httpStatus, { error });
}

function invalid(problems: Problem[]): Answer {
	return failed(400, sentenceOf(problems), { param: problems[0].path.join('.') });
}

function refuse(httpStatus: number, { record }: Exchange): Answer {
	const message = errors[httpStatus]?.[1] ?? `Status ${httpStatus}`;
	if (record.path.startsWith(filesBase)) return fileFailed(httpStatus, message);
	// A number only at /v1/credits.
	const code = record.call === 'account' ? httpStatus : undefined;
	return failed(httpStatus, message, { code });
}

const upload = `${filesBase}/api/v1/files/upload`;
const routes: Route[] = [
	{ call: 'submit', method: 'post', path: `${base}/v1/videos/generations`, handle: submit },
	{ call: 'status', method: 'get', path: `${base}/v1/tasks/:id`, handle: status },
	{ call: 'account', method: 'get', path: `${base}/v1/credits`, handle: credits },
	{ call: 'upload', method: 'post', path: `${upload}/base64`, handle: uploadBase64 },
	{ call: 'upload', method: 'post', path: `${upload}/stream`, handle: uploadStream },
	{ call: 'upload', method: 'post', path: `${upload}/url`, handle: uploadCopy },
];

export const evolink: SandboxProvider = {
	id: provider,
	displayName: 'EvoLink',
	credentialType: 'veoEvoLinkApi',
	authorization: 'Bearer',
	mounts: [base, filesBase],
	addresses: { baseUrl: base, filesUrl: filesBase },
	directives,
	routes,
	refuse,
	callback: {
		timeoutMilliseconds: 10_000,
		retryMilliseconds: [1000, 2000, 4000],
		redirectIsFinal: false,
		sample: (prompt, callbackUrl) => ({
			body: {
				model: 'veo-3.1-generate-preview',
				prompt,
				generation_type: 'REFERENCE',
				image_urls: ['https://cdn.example.org/sample.png'],
				duration: 8,
				callback_url: callbackUrl,
			},
		}),
		payload: taskOf,
	},
};
