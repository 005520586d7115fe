import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { failureOf } from '../accepting.mts';
import { jsonAnswer } from '../contract.mts';
import type { Answer, Exchange, Route, SandboxProvider, SandboxState } from '../contract.mts';
import { commonDirectives, readDirectives } from '../directives.mts';
import type { Job } from '../jobs.mts';
import { videoUrlOf } from '../media.mts';
import { check, checkJson, httpAddress, sentenceOf } from '../validation.mts';

const root = '/shortapi';

const directives: Record<string, string> = {
	unstable: 'refused at submit with code 3000; nothing is accepted',
	refunded: 'accepted, then failed with the credit given back',
	'videos-list': 'the result lists the video under videos instead of images',
	'string-urls': 'the result lists plain addresses instead of {url}',
	'documented-only': 'the query answers with status and result alone, as on the model’s page',
	'word-status': 'the status is a word instead of a number',
};

const known = { ...commonDirectives, ...directives };

const sharedArgs = {
	prompt: z.string().min(1),
	resolution: z.enum(['720p', '1080p', '4k']).optional(),
	generate_audio: z.boolean().optional(),
};

// Only addresses are documented for images; no page mentions data URIs.
const referenceSchema = z.strictObject({
	model: z.literal('google/veo-3.1/reference-to-video'),
	args: z.strictObject({
		...sharedArgs,
		images: z.array(httpAddress).min(1).max(3),
		duration: z.literal('8').optional(),
		aspect_ratio: z.enum(['16:9', '9:16']).optional(),
	}),
	callback_url: httpAddress.optional(),
});

const imageSchema = z.strictObject({
	model: z.literal('google/veo-3.1/image-to-video'),
	args: z.strictObject({
		...sharedArgs,
		mode: z.enum(['quality', 'fast']),
		image: httpAddress,
		duration: z.enum(['4', '6', '8']).optional(),
		aspect_ratio: z.enum(['auto', '16:9', '9:16']).optional(),
	}),
	callback_url: httpAddress.optional(),
});

const inputSchema = z.discriminatedUnion('model', [referenceSchema, imageSchema]);

type Input = z.infer<typeof inputSchema>;

/**
 * https://shortapi.ai/models/google/veo-3.1/reference-to-video/llms.txt and
 * …/image-to-video/llms.txt. Errors come as HTTP 200 with a code; no page lists the codes.
 */
function create(exchange: Exchange, sandbox: SandboxState): Answer {
	const input = checkJson(inputSchema, exchange);
	if (input.problems) {
		const isModel = input.problems.some(
			({ path, kind }) => path[0] === 'model' && kind !== 'missing',
		);
		return failed(isModel ? 'invalid model' : sentenceOf(input.problems));
	}
	const { model, args, callback_url: callbackUrl } = input.value;
	const asked = readDirectives(args.prompt, known);
	if (asked.problem) return failed(asked.problem);
	// Undocumented: nobody knows code or words for an account without money.
	if (asked.directives.has('no-balance')) return failed('insufficient balance');
	if (asked.directives.has('model-unavailable')) return failed('invalid model');
	if (asked.directives.has('unstable'))
		return failed('upstream unstable, please retry later', 3000);

	const id = randomBytes(5).toString('hex');
	const aspectRatio = args.aspect_ratio;
	const images = 'images' in args ? args.images : [args.image];
	sandbox.jobs.start({
		id,
		provider: 'shortapi',
		model,
		prompt: args.prompt,
		request: exchange.record.body,
		directives: asked.directives,
		videoUrl: videoUrlOf(sandbox.url, { id, aspectRatio, directives: asked.directives }),
		failure: failureOf(asked.directives, images, sandbox, ['refunded']),
		callbackUrl,
	});
	exchange.record.jobId = id;
	return jsonAnswer(200, { code: 0, data: { amount: amountOf(input.value), job_id: id } });
}

const querySchema = z.object({ id: z.string().min(1) });

/** The query on the same pages. */
function query(exchange: Exchange, { jobs }: SandboxState): Answer {
	const asked = check(querySchema, exchange.query);
	if (asked.problems) return failed(sentenceOf(asked.problems));
	const job = jobs.find(asked.value.id, 'shortapi');
	exchange.record.jobId = job?.id;
	// Undocumented: nobody knows what an unknown id is answered.
	if (!job) return failed('job not found');
	const { status, result, ...others } = describe(job);
	const extras = job.directives.has('documented-only') ? {} : others;
	return jsonAnswer(200, { code: 0, data: { status, result, ...extras } });
}

const pendingStatus = { number: 0, word: 'pending' };
const statuses: Record<string, typeof pendingStatus> = {
	queued: pendingStatus,
	running: { number: 1, word: 'processing' },
	completed: { number: 2, word: 'succeeded' },
	failed: { number: 3, word: 'failed' },
};

/** Only `status` and `result` are documented; the other fields are what clients have observed. */
function describe(job: Job): Record<string, unknown> {
	const { id, model, directives: asked } = job;
	const request = job.request as Input;
	const { number, word } = statuses[job.state] ?? pendingStatus;
	return {
		id,
		key_name: 'sandbox',
		model,
		args: request.args,
		status: asked.has('word-status') ? word : number,
		credit: amountOf(request),
		refunded: job.failure?.reason === 'refunded',
		created_at: new Date(job.createdAt).toISOString(),
		updated_at: new Date(job.endedAt ?? Date.now()).toISOString(),
		finished_at: job.endedAt && new Date(job.endedAt).toISOString(),
		...outcomeOf(job),
	};
}

function outcomeOf({ state, videoUrl: url, failure, directives: asked }: Job): object {
	if (failure) return { error: failureTexts[failure.reason] };
	if (state !== 'completed') return {};
	const list = [asked.has('string-urls') ? url : { url }];
	// The documentation's own example has `images`, although the model makes videos.
	return { result: asked.has('videos-list') ? { videos: list } : { images: list } };
}

// Undocumented: no page shows a failed job, so the words are ours.
const failureTexts: Record<string, string> = {
	'content-policy': 'The prompt was rejected by the content policy',
	'generation-failed': 'Video generation failed',
	refunded: 'Video generation failed, the credit was refunded',
	'image-unreadable': 'Failed to download the input image',
};

/** USD per second: [silent, audible], and the same for 4k. */
const prices = {
	quality: { hd: [0.16, 0.32], '4k': [0.32, 0.48] },
	fast: { hd: [0.08, 0.12], '4k': [0.24, 0.28] },
};

/** The price on the model's page, as the text that `amount` and `credit` carry. */
function amountOf({ args }: Input): string {
	const { duration = '8', resolution, generate_audio: isAudible = false } = args;
	const { [resolution === '4k' ? '4k' : 'hd']: price } =
		prices['mode' in args ? args.mode : 'quality'];
	return (price[isAudible ? 1 : 0] * Number(duration)).toFixed(2);
}

/** "The result of the request will be sent to this address": nothing else is documented. */
function callbackPayload(ended: Job, { settings }: SandboxState): unknown {
	const { failure } = ended.outcome;
	const state = failure ? 'failed' : 'completed';
	const job: Job = { ...ended, state, failure, videoUrl: ended.outcome.videoUrl };
	const { id, ...rest } = describe(job);
	switch (settings.shortapiCallbackShape) {
		case 'data.id':
			return { code: 0, data: { id, ...rest } };
		case 'data.job_id':
			return { code: 0, data: { job_id: id, ...rest } };
		case 'job_id':
			return { job_id: id, ...rest };
		case 'id':
			return { id, ...rest };
		// The documented answer of the query, which carries no id.
		case 'query':
			return { code: 0, data: { status: rest.status, ...outcomeOf(job) } };
	}
}

/** An error as observed: HTTP 200, a code that is not 0, and the text in `info`. */
function failed(info: string, code = 1): Answer {
	return jsonAnswer(200, { code, info });
}

const messages: Record<number, string> = {
	401: 'invalid api key',
	404: 'not found',
	429: 'too many requests',
};

// Undocumented: no page shows an answer with an HTTP error status, also not for a wrong key.
function refuse(status: number): Answer {
	return jsonAnswer(status, { code: status, message: messages[status] ?? `status ${status}` });
}

const routes: Route[] = [
	{ call: 'submit', method: 'post', path: `${root}/api/v1/job/create`, handle: create },
	{ call: 'status', method: 'get', path: `${root}/api/v1/job/query`, handle: query },
];

/** No upload, cancel, balance or price endpoint is documented. */
export const shortapi: SandboxProvider = {
	id: 'shortapi',
	displayName: 'ShortAPI',
	credentialType: 'veoShortApi',
	authorization: 'Bearer',
	mounts: [root],
	addresses: { baseUrl: root },
	directives,
	routes,
	refuse,
	callback: {
		// All three are undocumented.
		timeoutMilliseconds: 10_000,
		retryMilliseconds: [1000, 2000, 4000],
		redirectIsFinal: true,
		sample: (prompt, callbackUrl) => ({
			body: {
				model: 'google/veo-3.1/reference-to-video',
				args: { prompt, images: ['https://cdn.example.org/sample.png'] },
				callback_url: callbackUrl,
			},
		}),
		payload: callbackPayload,
	},
};
