import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { failureOf } from '../accepting.mts';
import { jsonAnswer } from '../contract.mts';
import type { Answer, Exchange, Route, SandboxProvider, SandboxState } from '../contract.mts';
import { commonDirectives, readDirectives } from '../directives.mts';
import type { Job } from '../jobs.mts';
import { videoUrlOf } from '../media.mts';
import { check, checkJson } from '../validation.mts';
import {
	lockedAnswer,
	outcomeAnswer,
	requestErrorAnswer,
	statusErrorOf,
	tooManyAnswer,
	validationAnswer,
} from './fal/answers.mts';
import { endpoints, optionsSchema, querySchema } from './fal/input.mts';
import type { Endpoint, Input } from './fal/input.mts';
import { initiateUpload, putUpload } from './fal/storage.mts';
import { requestsByEndpoint } from './fal/requests.mts';
import { callbackRules } from './fal/webhook.mts';

const queue = '/fal/queue';
/** The addresses of status, result and cancel leave out what follows owner and app. */
const appOf = (model: string) => model.split('/').slice(0, 2).join('/');
const resultLifeSeconds = 3600;

const directives: Record<string, string> = {
	'admin-lock': 'refused at submit: the account is locked; nothing is accepted',
	'runner-unavailable': 'accepted, then fails with 503 runner_scheduling_failure',
	'request-timeout': 'accepted, then fails with 504 request_timeout',
	'plain-detail': 'accepted, then fails with 422 whose detail is a plain string',
	'result-expired': 'completes, but the result is gone at once',
	'result-seconds=N': 'the result can be read for N seconds instead of an hour',
	'cancel-too-late': 'a cancel is answered 202, and the job completes all the same',
	'url-only': 'the result names the video by its url alone',
	'gateway-retry': 'the callback’s gateway_request_id differs from its request_id',
	'listed-early': 'the list of requests has it while it still runs',
	'not-stored': 'the list of requests has it without what was asked and answered',
	'payload-error': 'the callback says OK with payload null and payload_error',
};

const ownReasons = ['runner-unavailable', 'request-timeout', 'plain-detail'];
const known = { ...commonDirectives, ...directives };
/** https://fal.ai/docs/inference-api/queue/submit; input as on the model's own page. */
function submit(
	{ id: model, schema }: Endpoint,
	exchange: Exchange,
	sandbox: SandboxState,
): Answer {
	const options = check(optionsSchema, exchange.headers);
	if (options.problems) return validationAnswer(options.problems, 'header');
	const query = check(querySchema, exchange.query);
	if (query.problems) return validationAnswer(query.problems, 'query');
	const input = checkJson<Input>(schema, exchange);
	if (input.problems) return validationAnswer(input.problems);
	const { prompt, image_urls: images = [], aspect_ratio: aspectRatio } = input.value;
	const asked = readDirectives(prompt, known);
	if (asked.problem) {
		return validationAnswer([{ kind: 'value', path: ['prompt'], message: asked.problem }]);
	}
	if (asked.directives.has('no-balance')) return lockedAnswer();
	// The reference says that an unknown endpoint is answered 404; its words are not documented.
	if (asked.directives.has('model-unavailable')) {
		return jsonAnswer(404, { detail: `Application "${appOf(model)}" not found` });
	}
	if (asked.directives.has('admin-lock')) return lockedAnswer('Admin lock');
	const limit = query.value.fal_max_queue_length;
	const waiting = sandbox.jobs.all().filter((job) => isWaiting(job)).length;
	if (limit !== undefined && waiting > limit) return tooManyAnswer('Queue is full');

	const id = randomUUID();
	const startTimeout =
		options.value['x-fal-request-start-timeout'] ?? options.value['x-fal-request-timeout'];
	const seconds = asked.directives.get('seconds') ?? sandbox.settings.jobSeconds;
	const isLate = startTimeout !== undefined && startTimeout < seconds / 5;
	const job = sandbox.jobs.start({
		id,
		provider: 'fal',
		model,
		prompt,
		request: exchange.record.body,
		directives: asked.directives,
		videoUrl: videoUrlOf(sandbox.url, { id, aspectRatio, directives: asked.directives }),
		failure: isLate
			? { reason: 'start-timeout' }
			: failureOf(asked.directives, images, sandbox, ownReasons),
		seconds: isLate ? startTimeout : undefined,
		callbackUrl: query.value.fal_webhook,
	});
	exchange.record.jobId = id;
	const answer = { status: 'IN_QUEUE', ...addressesOf(job, sandbox), queue_position: waiting };
	if (!job.callbackUrl) return jsonAnswer(200, answer, { 'x-fal-request-id': id });
	// After a retry inside fal the gateway's id is another one.
	job.gatewayId = asked.directives.has('gateway-retry') ? randomUUID() : id;
	const gateway_request_id = id;
	return jsonAnswer(200, { ...answer, gateway_request_id }, { 'x-fal-request-id': id });
}

/** https://fal.ai/docs/inference-api/queue/status-stream: 202 until COMPLETED, which is 200. */
function status(exchange: Exchange, sandbox: SandboxState): Answer {
	const job = find(exchange, sandbox);
	if (!job) return unknownJob();
	const body = statusOf(job, exchange, sandbox);
	return jsonAnswer(job.endedAt === undefined ? 202 : 200, body, { 'x-fal-request-id': job.id });
}

function statusStream(exchange: Exchange, sandbox: SandboxState): Answer {
	const job = find(exchange, sandbox);
	if (!job) return unknownJob();
	async function* events(): AsyncGenerator<Buffer> {
		let last = '';
		while (exchange.isOpen()) {
			const now = sandbox.jobs.find(exchange.params.id);
			const text = now ? JSON.stringify(statusOf(now, exchange, sandbox)) : last;
			if (text !== last) yield Buffer.from(`data: ${text}\n\n`);
			last = text;
			if (!now || now.endedAt !== undefined) return;
			await new Promise((resolve) => setTimeout(resolve, 50).unref());
		}
	}
	return { status: 200, body: { stream: events(), contentType: 'text/event-stream' } };
}

/** https://fal.ai/docs/inference-api/queue/result: what the model answered, errors included. */
function result(exchange: Exchange, sandbox: SandboxState): Answer {
	const job = find(exchange, sandbox);
	if (!job) return unknownJob();
	// What fal answers before the end is not documented. A refusal shows when a client asks too
	// early.
	if (job.endedAt === undefined) return jsonAnswer(400, { detail: 'Request is still in progress' });
	const life = job.directives.get('result-seconds') ?? resultLifeSeconds;
	const isGone = job.directives.has('result-expired') || Date.now() > job.endedAt + life * 1000;
	if (isGone) return unknownJob();
	const answer = outcomeAnswer(job);
	return { ...answer, headers: { ...answer.headers, 'x-fal-request-id': job.id } };
}

/** https://fal.ai/docs/inference-api/queue/cancel. */
function cancel(exchange: Exchange, sandbox: SandboxState): Answer {
	const job = find(exchange, sandbox);
	if (!job) return unknownJob();
	if (job.endedAt !== undefined) return jsonAnswer(400, { status: 'ALREADY_COMPLETED' });
	if (!job.directives.has('cancel-too-late')) sandbox.jobs.cancel(job);
	return jsonAnswer(202, { status: 'CANCELLATION_REQUESTED' });
}

const pricesSchema = z.object({ endpoint_id: z.string().min(1) });

/** `GET https://api.fal.ai/v1/models/pricing`; prices as on the model's llms.txt. */
function prices(exchange: Exchange): Answer {
	const query = check(pricesSchema, exchange.query);
	if (query.problems) return validationAnswer(query.problems, 'query');
	const { endpoint_id } = query.value;
	const endpoint = endpoints.find(({ id }) => id === endpoint_id);
	if (!endpoint) return jsonAnswer(404, { detail: `No endpoint "${endpoint_id}"` });
	const { usdPerSecond: unit_price } = endpoint;
	const price = { endpoint_id, unit_price, unit: 'seconds', currency: 'USD' };
	return jsonAnswer(200, { prices: [price], next_cursor: null, has_more: false });
}

const billingSchema = z.strictObject({ expand: z.literal('credits').optional() });

/** `GET https://api.fal.ai/v1/account/billing`: for keys with the scope ADMIN alone. */
function billing({ headers, ...exchange }: Exchange, { adminKey }: SandboxState): Answer {
	if (headers.authorization !== `Key ${adminKey}`) {
		return jsonAnswer(403, { detail: 'This endpoint requires an ADMIN key' });
	}
	const query = check(billingSchema, exchange.query);
	if (query.problems) return validationAnswer(query.problems, 'query');
	const credits = { current_balance: 98.76, currency: 'USD' };
	return jsonAnswer(200, { username: 'sandbox', ...(query.value.expand && { credits }) });
}

function isWaiting(job: Job): boolean {
	return job.provider === 'fal' && job.state === 'queued';
}

function find(exchange: Exchange, { jobs }: SandboxState): Job | undefined {
	const found = jobs.find(exchange.params.id, 'fal');
	// Only the app that the job was submitted to knows it.
	const isHere = found && exchange.record.path.startsWith(`${queue}/${appOf(found.model)}/`);
	const job = isHere ? found : undefined;
	exchange.record.jobId = job?.id;
	return job;
}

function statusOf(job: Job, { query }: Exchange, sandbox: SandboxState): object {
	const addresses = addressesOf(job, sandbox);
	if (job.state === 'queued') {
		const ahead = sandbox.jobs
			.all()
			.filter((other) => isWaiting(other) && other.createdAt < job.createdAt);
		return { status: 'IN_QUEUE', ...addresses, queue_position: ahead.length };
	}
	const at = new Date(job.createdAt + job.seconds * 200).toISOString();
	const line = { message: 'Generating', level: 'INFO', source: 'USER', timestamp: at };
	const logs = query.logs === '1' ? [line] : null;
	if (job.endedAt === undefined) return { status: 'IN_PROGRESS', ...addresses, logs };
	const metrics = { inference_time: Number((job.seconds * 0.8).toFixed(3)) };
	return { status: 'COMPLETED', ...addresses, logs, metrics, ...statusErrorOf(job) };
}

function addressesOf({ id, model }: Job, { url }: SandboxState): Record<string, string> {
	const response_url = `${url}${queue}/${appOf(model)}/requests/${id}`;
	return {
		request_id: id,
		response_url,
		status_url: `${response_url}/status`,
		cancel_url: `${response_url}/cancel`,
	};
}

function unknownJob(): Answer {
	return jsonAnswer(404, { status: 'NOT_FOUND' });
}

function refuse(httpStatus: number, { headers }: Exchange): Answer {
	if (httpStatus === 401) {
		const missing = 'Cannot access application "fal-ai/veo3.1". Authentication is required.';
		return jsonAnswer(401, { detail: headers.authorization ? 'invalid key credentials' : missing });
	}
	if (httpStatus === 403) return lockedAnswer();
	if (httpStatus === 404) return jsonAnswer(404, { detail: 'Not Found' });
	if (httpStatus === 429) return tooManyAnswer('Too many concurrent requests');
	return requestErrorAnswer(httpStatus);
}

const submits = endpoints.map<Route>((endpoint) => ({
	call: 'submit',
	method: 'post',
	path: `${queue}/${endpoint.id}`,
	handle: (exchange, sandbox) => submit(endpoint, exchange, sandbox),
}));

const apps = [...new Set(endpoints.map(({ id }) => appOf(id)))];
const questions = apps.flatMap<Route>((app) => {
	const request = `${queue}/${app}/requests/:id`;
	return [
		{ call: 'status', method: 'get', path: `${request}/status`, handle: status },
		{ call: 'status', method: 'get', path: `${request}/status/stream`, handle: statusStream },
		{ call: 'result', method: 'get', path: request, handle: result },
		{ call: 'result', method: 'get', path: `${request}/response`, handle: result },
		{ call: 'cancel', method: 'put', path: `${request}/cancel`, handle: cancel },
	];
});

const routes: Route[] = [
	...submits,
	...questions,
	{
		call: 'upload',
		method: 'post',
		path: '/fal/rest/storage/upload/initiate',
		handle: initiateUpload,
	},
	{ call: 'uploadBytes', method: 'put', path: '/fal/upload/:id', open: true, handle: putUpload },
	{
		call: 'jwks',
		method: 'get',
		path: '/fal/rest/.well-known/jwks.json',
		open: true,
		handle: (_exchange, { signing }) => jsonAnswer(200, { keys: signing.published }),
	},
	{ call: 'prices', method: 'get', path: '/fal/platform/v1/models/pricing', handle: prices },
	{
		call: 'requests',
		method: 'get',
		path: '/fal/platform/v1/models/requests/by-endpoint',
		handle: requestsByEndpoint,
	},
	{
		call: 'account',
		method: 'get',
		path: '/fal/platform/v1/account/billing',
		handle: billing,
	},
	{
		call: 'meta',
		method: 'get',
		path: '/fal/platform/v1/meta',
		open: true,
		handle: () => jsonAnswer(200, { webhook_ip_ranges: ['127.0.0.1/32'] }),
	},
];

export const fal: SandboxProvider = {
	id: 'fal',
	displayName: 'fal.ai',
	credentialType: 'veoFalApi',
	authorization: 'Key',
	hasAdminKeys: true,
	mounts: ['/fal'],
	addresses: { baseUrl: '/fal/queue', restUrl: '/fal/rest', platformUrl: '/fal/platform' },
	directives,
	routes,
	refuse,
	callback: callbackRules,
};
