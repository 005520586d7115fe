import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { failureOf } from '../accepting.mts';
import { jsonAnswer } from '../contract.mts';
import type { Answer, Exchange, Route, SandboxProvider, SandboxState } from '../contract.mts';
import { commonDirectives, readDirectives } from '../directives.mts';
import type { Directives } from '../directives.mts';
import type { Job, JobFailure } from '../jobs.mts';
import { videoUrlOf } from '../media.mts';
import { isHttpAddress } from '../network.mts';
import { check, checkJson, httpAddress, sentenceOf } from '../validation.mts';
import type { Checked } from '../validation.mts';

const root = '/aimlapi';
const veo = 'google/veo-3.1-reference-to-video';
const omni = 'google/gemini-omni-1.1-flash';
const creditsPerUsd = 2_000_000;
// The documentation names no price as text; these give the credits of its example.
const usdPerSecond = { audio: 0.42, silent: 0.21 };
/** Invented, as no price of Omni is published. */
const omniUsdPerSecond: Record<string, number> = {
	'360p': 0.04,
	'720p': 0.11,
	'1080p': 0.16,
	'4k': 0.32,
};

const directives: Record<string, string> = {
	'fal-error': 'accepted, then failed with an error of fal’s shape, {detail: [{loc, msg, type}]}',
	'bare-id': 'the id has no model in it, as in the schema',
	'short-id': 'the id has 21 characters, as the x-inference-id of the documentation',
	'video-list': 'the finished video stands in a list, as the schema of Omni allows',
	'old-words': 'says waiting, active and succeeded, as older pages of the documentation do',
};

const known = { ...commonDirectives, ...directives };

// Neither a largest number of images nor data URIs are documented for this model.
const veoSchema = z.strictObject({
	model: z.literal(veo),
	prompt: z.string().min(1),
	image_urls: z.array(httpAddress).min(1),
	duration: z.literal(8).optional(),
	resolution: z.enum(['720p', '1080p']).optional(),
	generate_audio: z.boolean().optional(),
	provider: z
		.string()
		.refine((text) => /^(google|fal|auto)$/i.test(text), 'must be google, fal or auto')
		.optional(),
});

const omniImage = z
	.string()
	.refine(
		(text) => isHttpAddress(text) || /^(gs:\/\/|data:image\/)/.test(text),
		'must be an http(s) or gs URL, or a data URI',
	);

/** https://docs.aimlapi.com/api-references/video-models/google/gemini-omni-1.1-flash. */
const omniSchema = z.strictObject({
	model: z.literal(omni),
	prompt: z.string().min(1),
	image_urls: z.array(omniImage).max(6).optional(),
	image_url: omniImage.optional(),
	video_url: httpAddress.optional(),
	audio_url: httpAddress.optional(),
	previous_interaction_id: z.string().optional(),
	task: z
		.enum(['text_to_video', 'image_to_video', 'reference_to_video', 'edit', 'extend'])
		.optional(),
	aspect_ratio: z.enum(['16:9', '9:16']).optional(),
	resolution: z.enum(Object.keys(omniUsdPerSecond)).optional(),
	duration: z.int().min(3).max(10).optional(),
	delivery: z.literal('uri').optional(),
});

/** What the handlers read of an input, whatever its model. */
interface Input {
	model: string;
	prompt: string;
	image_urls?: string[];
	aspect_ratio?: string;
	resolution?: string;
	duration?: number;
	generate_audio?: boolean;
}

const schemas: Record<string, z.ZodType<Input>> = { [veo]: veoSchema, [omni]: omniSchema };
const modelSchema = z.looseObject({ model: z.enum(Object.keys(schemas)) });

/** Each model has a page of its own. */
function checkInput(exchange: Exchange): Checked<Input> {
	const named = checkJson(modelSchema, exchange);
	return named.problems ? named : checkJson(schemas[named.value.model], exchange);
}

/** https://docs.aimlapi.com/api-references/video-models. */
function submit(exchange: Exchange, sandbox: SandboxState): Answer {
	const input = checkInput(exchange);
	if (input.problems) return invalid(exchange, sentenceOf(input.problems));
	const { model, prompt, image_urls: images = [], aspect_ratio: aspectRatio } = input.value;
	const asked = readDirectives(prompt, known);
	if (asked.problem) return invalid(exchange, asked.problem);
	if (asked.directives.has('no-balance')) return refuse(403, exchange);
	if (asked.directives.has('model-unavailable')) return refuse(404, exchange);

	const id = newId(model, asked.directives);
	const job = sandbox.jobs.start({
		id,
		provider: 'aimlapi',
		model,
		prompt,
		request: exchange.record.body,
		directives: asked.directives,
		videoUrl: videoUrlOf(sandbox.url, { id, aspectRatio, directives: asked.directives }),
		failure: failureOf(asked.directives, images, sandbox, ['fal-error']),
	});
	exchange.record.jobId = id;
	// The specification says 200, the general page of the documentation also allows 201.
	return jsonAnswer(201, generationOf(job), tracingOf(exchange, input.value));
}

/** Each of the three is documented somewhere. */
function newId(model: string, asked: Directives): string {
	if (asked.has('short-id')) return randomBytes(16).toString('base64url').slice(0, 21);
	return asked.has('bare-id') ? randomUUID() : `${randomUUID()}:${model}`;
}

/** https://docs.aimlapi.com/capabilities/request-tracing-and-cost. */
function tracingOf({ headers }: Exchange, input: Input): Record<string, string> {
	const { credits_used, usd_spent } = costOf(input);
	const named = headers['x-client-request-id'] ?? '';
	return {
		'x-inference-id': randomUUID(),
		'x-aimlapi-credits-used': String(credits_used),
		'x-aimlapi-usd-spent': String(usd_spent),
		// Ids of another kind are dropped silently.
		...(/^[\w.:-]{1,128}$/.test(named) ? { 'x-client-request-id': named } : {}),
	};
}

function costOf(input: Input): { credits_used: number; usd_spent: number } {
	const { model, resolution = '720p', duration = 8, generate_audio: isAudible = true } = input;
	const rate =
		model === omni ? omniUsdPerSecond[resolution] : usdPerSecond[isAudible ? 'audio' : 'silent'];
	const usd_spent = Number((duration * rate).toFixed(2));
	return { usd_spent, credits_used: Math.round(usd_spent * creditsPerUsd) };
}

const fetchSchema = z.object({ generation_id: z.string().min(1) });

/** https://docs.aimlapi.com/api-references/video-models: the fetch that all video models share. */
function generation(exchange: Exchange, { jobs }: SandboxState): Answer {
	const query = check(fetchSchema, exchange.query);
	if (query.problems) return invalid(exchange, sentenceOf(query.problems));
	const job = jobs.find(query.value.generation_id, 'aimlapi');
	exchange.record.jobId = job?.id;
	return job ? jsonAnswer(200, generationOf(job)) : refuse(404, exchange);
}

const modelsSchema = z.object({
	id: z.string().optional(),
	include: z.string().optional(),
});

/** https://docs.aimlapi.com/api-references/service-endpoints/models-catalogue. */
function models(exchange: Exchange): Answer {
	const query = check(modelsSchema, exchange.query);
	if (query.problems) return invalid(exchange, sentenceOf(query.problems));
	const { id, include } = query.value;
	// Unknown sections are ignored.
	const isPriced = /\b(pricing|all)\b/.test(include ?? '');
	const data = Object.entries(catalogue)
		.filter(([model]) => id === undefined || id === model)
		.map(([model, { name, pricing }]) => ({
			id: model,
			aliases: [],
			type: 'video',
			info: { name, developer: 'Google' },
			tags: [],
			pricing: isPriced ? pricing : undefined,
		}));
	return jsonAnswer(200, { object: 'list', data });
}

const perSecond = { unit: 'second', per: 1 };

/** "Reading prices" on the same page: USD for `per` units. */
const veoPricing = {
	kind: 'variants',
	dimensions: ['resolution', 'generate_audio'],
	variants: ['720p', '1080p'].flatMap((resolution) =>
		[false, true].map((generate_audio) => ({
			when: { resolution, generate_audio },
			price: generate_audio ? usdPerSecond.audio : usdPerSecond.silent,
			...perSecond,
		})),
	),
};

const omniPricing = {
	kind: 'variants',
	dimensions: ['resolution'],
	variants: Object.entries(omniUsdPerSecond).map(([resolution, price]) => ({
		when: { resolution },
		price,
		...perSecond,
	})),
};

const catalogue: Record<string, { name: string; pricing: object }> = {
	[veo]: { name: 'Veo 3.1 Reference-to-Video', pricing: veoPricing },
	[omni]: { name: 'Gemini Omni 1.1 Flash', pricing: omniPricing },
};

/**
 * https://docs.aimlapi.com/api-references/service-endpoints/model-deprecations. The sandbox still
 * serves the model that it lists, so that a workflow can meet both.
 */
function deprecations(): Answer {
	const entry = {
		id: 'google/veo-3.1-reference-to-video-preview',
		aliases: [veo],
		status: 'withdrawn',
		deprecated_at: '2026-09-22T00:00:00.000Z',
		shutdown_at: '2026-10-22T00:00:00.000Z',
		replaced_by: omni,
		reason: 'The upstream model was shut down.',
	};
	const generated_at = new Date().toISOString();
	return jsonAnswer(200, { object: 'list', generated_at, data: [entry] });
}

const balanceUsd = 123.45;

/** https://docs.aimlapi.com/api-references/service-endpoints/account-balance. */
function billing(): Answer {
	return jsonAnswer(200, { current_balance: balanceUsd, currency: 'USD' });
}

/** The balance of version 1, in credits. */
function creditBalance(): Answer {
	return jsonAnswer(200, {
		balance: balanceUsd * creditsPerUsd,
		lowBalance: false,
		lowBalanceThreshold: 10_000,
		lastUpdated: new Date().toISOString(),
		autoDebitStatus: 'disabled',
		status: 'current',
		statusExplanation: 'Balance is current and up to date',
	});
}

const words = { queued: 'queued', running: 'generating', completed: 'completed' };
const oldWords = { queued: 'waiting', running: 'active', completed: 'succeeded' };

/** One shape for submit and fetch; what does not apply yet is left out, as in the examples. */
function generationOf(job: Job): object {
	const { id, state, failure } = job;
	if (failure) return { id, status: 'error', error: errorOf(job, failure) };
	const { credits_used, usd_spent } = costOf(job.request as Input);
	const said: Record<string, string> = job.directives.has('old-words') ? oldWords : words;
	const status = said[state];
	if (state !== 'completed') return { id, status, meta: { usage: { credits_used } } };
	// The schema lacks usd_spent, the examples of finished jobs have it.
	const meta = { usage: { credits_used, usd_spent } };
	// The schema of Omni allows a list, which the schema of the fetch does not know.
	const isList = job.directives.has('video-list');
	const video = { url: job.videoUrl };
	return { id, status, video: isList ? [video] : video, meta };
}

/**
 * `{name, message}` is the schema's error. No body is documented for Veo's content filter, so the
 * failures with a type take the only documented body that has one: fal's `detail`, as on
 * https://docs.aimlapi.com/api-references/video-models/kling-ai/v1.6-pro-effects.
 */
function errorOf({ prompt, request }: Job, { reason, image = 0 }: JobFailure): object {
	if (reason === 'generation-failed') {
		return { name: 'GenerationError', message: 'The video could not be generated' };
	}
	if (reason === 'image-unreadable') {
		const msg = 'Failed to download the file. Please check if the URL is accessible.';
		const loc = ['body', 'image_urls', image];
		const input = (request as Input).image_urls?.[image];
		return { detail: [{ loc, msg, type: 'file_download_error', input }] };
	}
	const msg = 'The content could not be processed because it was flagged by a content checker.';
	const type = 'content_policy_violation';
	return { detail: [{ loc: ['body', 'prompt'], msg, type, input: prompt }] };
}

function invalid(exchange: Exchange, hints: string): Answer {
	return errorAnswer(400, exchange, `Body validation error! ${hints}`);
}

const messages: Record<number, string> = {
	400: 'Body validation error!',
	401:
		'This request requires a valid API key. ' +
		'You can create a new API key on the Billing page: https://aimlapi.com/app/keys',
	403:
		"You've run out of credits. Please top up your balance or update your payment method " +
		'to continue: https://aimlapi.com/app/billing/',
	404: 'Not Found',
	429: 'Too Many Requests',
	500: 'Internal server error',
	502: 'Bad Gateway',
	503: 'Service unavailable',
	504: 'Generation timeout',
};

/** https://docs.aimlapi.com/errors-and-messages/general-info. */
function refuse(status: number, exchange: Exchange): Answer {
	return errorAnswer(status, exchange, messages[status] ?? `Status ${status}`);
}

function errorAnswer(status: number, { record }: Exchange, message: string): Answer {
	return jsonAnswer(status, {
		message,
		path: record.path.slice(root.length),
		requestId: randomUUID(),
		// A string in the documentation's example.
		statusCode: String(status),
		timestamp: new Date().toISOString(),
	});
}

const generations = `${root}/v2/video/generations`;
const routes: Route[] = [
	{ call: 'submit', method: 'post', path: generations, handle: submit },
	{ call: 'status', method: 'get', path: generations, handle: generation },
	{ call: 'account', method: 'get', path: `${root}/v2/billing`, handle: billing },
	{ call: 'account', method: 'get', path: `${root}/v1/billing/balance`, handle: creditBalance },
	{ call: 'prices', method: 'get', path: `${root}/v1/models`, open: true, handle: models },
	{
		call: 'deprecations',
		method: 'get',
		path: `${root}/v1/models/deprecations`,
		open: true,
		handle: deprecations,
	},
];

/** No upload, cancel or callback is documented for video. */
export const aimlapi: SandboxProvider = {
	id: 'aimlapi',
	displayName: 'AI/ML API',
	credentialType: 'veoAimlApi',
	authorization: 'Bearer',
	mounts: [root],
	addresses: { baseUrl: root },
	directives,
	routes,
	refuse,
};
