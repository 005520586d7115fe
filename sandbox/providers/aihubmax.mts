import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { jsonAnswer } from '../contract.mts';
import type { Answer, Exchange, Route, SandboxProvider, SandboxState } from '../contract.mts';
import { commonDirectives, readDirectives } from '../directives.mts';
import type { Job } from '../jobs.mts';
import { checkJson, httpAddress, sentenceOf } from '../validation.mts';
import type { Problem } from '../validation.mts';
import {
	createdOf,
	findTask,
	keepBase64,
	keepCopy,
	keepStream,
	secondsOf,
	startTask,
	taskErrorOf,
	taskStatusOf,
} from './unified-task.mts';
import type { Kept } from './unified-task.mts';

const provider = 'aihubmax';
const models = ['veo-3.1-reference-to-video', 'veo-3.1-fast-reference-to-video'] as const;
const [, fastModel] = models;
// Invented: AIHubMax publishes no price of these models.
const credits = { [models[0]]: 3.2, [fastModel]: 1.2 };

const directives: Record<string, string> = {
	'late-results': 'says completed with results null for a while, then gives the video',
	'model-not-found': 'refused at submit: 422 model_not_found; nothing is accepted',
};

const known = { ...commonDirectives, ...directives };

// No callback_url: this model's schema has none, unlike other models of AIHubMax.
const inputSchema = z.strictObject({
	model: z.enum(models),
	prompt: z.string().min(1),
	reference_image_urls: z.array(httpAddress).min(1).max(3),
	aspect_ratio: z.enum(['16:9', '9:16']).optional(),
	duration: z.literal(8).optional(),
	resolution: z.enum(['720p', '1080p', '4k']).optional(),
	generate_audio: z.boolean().optional(),
	auto_fix: z.boolean().optional(),
	safety_tolerance: z.int().min(1).max(6).optional(),
	enhance_prompt: z.boolean().optional(),
	person_generation: z.enum(['dont_allow', 'allow_adult']).optional(),
	reference_type: z.enum(['ASSET', 'STYLE']).optional(),
});

const standardOnly = ['enhance_prompt', 'person_generation', 'reference_type'] as const;

/** https://docs.aihubmax.com/pages/en/api-manual/video-series/veo3.1/veo-3.1-reference-to-video */
function submit(exchange: Exchange, sandbox: SandboxState): Answer {
	const input = checkJson(inputSchema, exchange);
	if (input.problems) return invalid(input.problems);
	const { model, prompt, reference_image_urls: images, aspect_ratio: aspectRatio } = input.value;
	// What AIHubMax does with these is not documented; a refusal shows the client's mistake.
	const misplaced = model === fastModel && standardOnly.find((name) => name in input.value);
	if (misplaced) {
		const message = `not supported by ${fastModel}`;
		return invalid([{ kind: 'unknown', path: [misplaced], message }]);
	}
	const asked = readDirectives(prompt, known);
	if (asked.problem) return invalid([{ kind: 'value', path: ['prompt'], message: asked.problem }]);
	if (asked.directives.has('no-balance')) return refuse(402);
	if (asked.directives.has('model-not-found')) return modelNotFound(model);
	if (asked.directives.has('model-unavailable')) {
		return failed(422, types[422], `No model can serve ${model}`, 'no_available_model');
	}
	const task = { provider, model, prompt, images, aspectRatio, directives: asked.directives };
	const job = startTask(task, exchange, sandbox);
	return jsonAnswer(200, {
		created: createdOf(job),
		id: job.id,
		model,
		object: 'video.generation.task',
		progress: 0,
		status: 'pending',
		type: 'video',
		task_info: { can_cancel: false, estimated_time: Math.ceil(job.seconds) },
		usage: { credits_reserved: credits[model], user_group: 'default' },
	});
}

/** `GET /v1/tasks/{id}`, as the client in cookaihq/aihub-mcp reads it. */
function status(exchange: Exchange, sandbox: SandboxState): Answer {
	const job = findTask(provider, exchange, sandbox);
	if (!job) return failed(404, 'not_found', `Task ${exchange.params.id} not found`);
	const { id, progress } = job;
	const body = { id, status: taskStatusOf(job), progress };
	// AIHubMax lists no codes for failed tasks; these are the ones of its twin EvoLink.
	if (job.failure) return jsonAnswer(200, { ...body, error: taskErrorOf(job) });
	return jsonAnswer(200, job.state === 'completed' ? { ...body, results: resultsOf(job) } : body);
}

/** AIHubMax gives objects here, while EvoLink gives plain addresses. */
function resultsOf(job: Job): { url?: string; content_type: string }[] | null {
	const lateMilliseconds = Math.max(job.seconds * 200, 500);
	const isLate = Date.now() < (job.endedAt ?? 0) + lateMilliseconds;
	if (job.directives.has('late-results') && isLate) return null;
	return [{ url: job.videoUrl, content_type: 'video/mp4' }];
}

const base64Schema = z.strictObject({
	file_data: z.string().min(1),
	file_name: z.string().min(1).optional(),
	auto_cleanup: z.boolean().optional(),
});
const copySchema = z.strictObject({ url: httpAddress, file_name: z.string().min(1).optional() });

function uploadBase64(exchange: Exchange, sandbox: SandboxState): Answer {
	const body = checkJson(base64Schema, exchange);
	if (body.problems) return invalid(body.problems);
	const { file_data, file_name } = body.value;
	return uploaded(keepBase64(provider, file_data, file_name, sandbox), sandbox);
}

function uploadStream(exchange: Exchange, sandbox: SandboxState): Answer {
	return uploaded(keepStream(provider, exchange, sandbox), sandbox);
}

function uploadCopy(exchange: Exchange, sandbox: SandboxState): Answer {
	const body = checkJson(copySchema, exchange);
	if (body.problems) return invalid(body.problems);
	const { url, file_name } = body.value;
	return uploaded(keepCopy(provider, url, file_name, sandbox), sandbox);
}

function uploaded(kept: Kept, { uploads }: SandboxState): Answer {
	if (kept.problem) {
		const { kind, message } = kept.problem;
		if (kind === 'size') return failed(413, types[413], message, 'file_too_large_error');
		if (kind === 'type') return failed(422, types[422], message, 'invalid_file_type');
		if (kind === 'url') return failed(422, types[422], message, 'invalid_image_url');
		return failed(400, types[400], message);
	}
	const { upload } = kept;
	return jsonAnswer(200, {
		id: upload.id,
		filename: upload.name,
		url: uploads.urlOf(upload),
		size: upload.bytes?.length,
		created: secondsOf(upload.createdAt),
	});
}

function listModels(): Answer {
	const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: provider }));
	return jsonAnswer(200, { object: 'list', data });
}

/** `quota_type` 1 is a price in USD per call, to be multiplied with the group's ratio. */
function prices(): Answer {
	const data = models.map((model_name) => ({
		model_name,
		quota_type: 1,
		model_price: credits[model_name],
		enable_groups: ['default'],
	}));
	return jsonAnswer(200, { success: true, data, group_ratio: { default: 1 } });
}

// 413 has no documented type.
const types: Record<number, string> = {
	400: 'invalid_request_error',
	401: 'authentication_error',
	402: 'insufficient_quota',
	403: 'permission_error',
	404: 'not_found',
	413: 'invalid_request_error',
	422: 'validation_error',
	429: 'rate_limit_error',
	500: 'server_error',
	503: 'service_unavailable',
};

const messages: Record<number, string> = {
	401: 'Invalid token',
	402: 'Insufficient quota, please top up',
	403: 'Permission denied',
	404: 'Not found',
	429: 'Too many requests',
	500: 'Internal server error',
	503: 'Service unavailable',
};

function refuse(httpStatus: number): Answer {
	const message = messages[httpStatus] ?? `Status ${httpStatus}`;
	return failed(httpStatus, types[httpStatus] ?? 'server_error', message);
}

function failed(httpStatus: number, type: string, text: string, code = type): Answer {
	const message = `${text} (request_id: ${randomUUID()})`;
	return jsonAnswer(httpStatus, { error: { message, type, code } });
}

function invalid(problems: Problem[]): Answer {
	const [{ kind, path, input }] = problems;
	if (kind === 'json') return failed(400, types[400], sentenceOf(problems));
	if (kind === 'value' && path[0] === 'model') return modelNotFound(String(input));
	const isImage = path[0] === 'reference_image_urls' && path.length === 2;
	const code =
		kind === 'value' && (isImage || path[0] === 'url') ? 'invalid_image_url' : types[422];
	return failed(422, types[422], sentenceOf(problems), code);
}

function modelNotFound(model: string): Answer {
	return failed(422, types[422], `Model ${model} not found`, 'model_not_found');
}

const base = `/${provider}`;
const upload = `${base}/v1/files/upload`;
const billing = `${base}/dashboard/billing`;
const routes: Route[] = [
	{ call: 'submit', method: 'post', path: `${base}/v1/videos/generations`, handle: submit },
	{ call: 'status', method: 'get', path: `${base}/v1/tasks/:id`, handle: status },
	{ call: 'models', method: 'get', path: `${base}/v1/models`, handle: listModels },
	{ call: 'prices', method: 'get', path: `${base}/api/pricing`, open: true, handle: prices },
	{
		call: 'account',
		method: 'get',
		path: `${billing}/subscription`,
		// 1e8 stands for no limit.
		handle: () => jsonAnswer(200, { hard_limit_usd: 100_000_000 }),
	},
	{
		call: 'account',
		method: 'get',
		path: `${billing}/usage`,
		handle: () => jsonAnswer(200, { total_usage: 250 }),
	},
	{ call: 'upload', method: 'post', path: `${upload}/base64`, handle: uploadBase64 },
	{ call: 'upload', method: 'post', path: `${upload}/stream`, handle: uploadStream },
	{ call: 'upload', method: 'post', path: `${upload}/url`, handle: uploadCopy },
];

export const aihubmax: SandboxProvider = {
	id: provider,
	displayName: 'AIHubMax',
	credentialType: 'veoAiHubMaxApi',
	authorization: 'Bearer',
	mounts: [base],
	addresses: { baseUrl: base },
	directives,
	routes,
	refuse,
};
