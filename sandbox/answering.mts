import express from 'express';
import type { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { jsonAnswer } from './contract.mts';
import type {
	Answer,
	Exchange,
	Route,
	SandboxProvider,
	SandboxRequest,
	SandboxState,
} from './contract.mts';
import { altered } from './altering.mts';
import { exchangeOf } from './exchange.mts';
import type { Fault, FaultQueue } from './faults.mts';
import { flood, jobMedia, largeMedia, nameOwner, uploadedFile } from './media.mts';
import { sandboxProviders } from './registry.mts';
import { drop, sendAnswer } from './send.mts';

interface Parts {
	state: SandboxState;
	faults: FaultQueue;
	requests: SandboxRequest[];
	/** Takes no connection any more, for so long; for good when not given. */
	leave(milliseconds?: number): void;
}

type Handler = (exchange: Exchange) => Answer;

const mediaRoutes: Route[] = [
	{ call: 'media', method: 'get', path: '/media/large.mp4', open: true, handle: largeMedia },
	{ call: 'media', method: 'get', path: '/media/:job/:name', open: true, handle: jobMedia },
	{ call: 'file', method: 'get', path: '/files/:id/:name', open: true, handle: uploadedFile },
];

/** All HTTP of the sandbox: control, media and the providers' routes. */
export function answering(parts: Parts, control: Router): Router {
	const router = express.Router({ strict: true, caseSensitive: true });
	router.use('/_sandbox', control);
	router.use(express.raw({ type: () => true, limit: '128mb' }));
	for (const { call, method, path, handle } of mediaRoutes) {
		router[method](
			path,
			answer(parts, call, (exchange) => handle(exchange, parts.state)),
		);
	}
	for (const provider of sandboxProviders) {
		for (const route of provider.routes) {
			const handle: Handler = (exchange) =>
				route.open || isAuthorized(exchange, provider, parts.state)
					? route.handle(exchange, parts.state)
					: provider.refuse(401, exchange);
			router[route.method](route.path, answer(parts, route.call, handle, provider));
		}
		const unknown = answer(
			parts,
			'unknown',
			(exchange) => provider.refuse(404, exchange),
			provider,
		);
		for (const mount of provider.mounts) router.use(mount, unknown);
	}
	const nowhere = jsonAnswer(404, { error: 'no such route; see /_sandbox' });
	router.use(answer(parts, 'unknown', () => nowhere));
	router.use(unreadable);
	return router;
}

// A body beyond the limit, a wrong encoding, a broken percent sign.
const unreadable: ErrorRequestHandler = ({ status = 500, message }, _request, response, next) => {
	if (response.headersSent) return next();
	response.status(status).json({ error: message });
};

function answer(
	{ state, faults, requests, leave }: Parts,
	call: Route['call'],
	handle: Handler,
	provider?: SandboxProvider,
): RequestHandler {
	return async (request, response) => {
		const exchange = exchangeOf(request, response, call, provider?.id ?? 'sandbox');
		const { record } = exchange;
		if (provider) nameJob(exchange, provider, state);
		else nameOwner(exchange, state);
		requests.push(record);
		const fault = faults.take(record, promptOf(exchange, state));
		record.fault = fault?.kind;
		if (fault?.kind === 'drop' && fault.when === 'before') return drop(response);
		const spoilt = fault && faultAnswer(fault, exchange, provider);
		const isHandled = !spoilt || ('afterHandling' in fault && fault.afterHandling === true);
		const handled = isHandled ? handle(exchange) : undefined;
		if (fault?.kind === 'drop') return drop(response);
		const own = spoilt ?? handled ?? jsonAnswer(500, {});
		const given = fault?.kind === 'alter' ? altered(own, fault) : own;
		record.status = given.status;
		if (fault?.kind === 'leave') {
			response.set('Connection', 'close');
			leave(fault.milliseconds);
		}
		await sendAnswer(response, given, fault);
	};
}

/** Writes into the record which job the address of a request names. */
function nameJob(
	{ record, params, query }: Exchange,
	{ id }: SandboxProvider,
	{ jobs }: SandboxState,
): void {
	const named = [...Object.values(params), ...Object.values(query)];
	record.jobId = named.map((text) => jobs.find(text, id)).find((job) => job)?.id;
}

/** The prompt of the job that a request is about, or else what the request itself says. */
const promptOf = ({ record, body }: Exchange, { jobs }: SandboxState): string =>
	(record.jobId && jobs.find(record.jobId)?.prompt) || body.toString('utf8');

/** The answer that takes the place of the provider's; undefined when the fault keeps that. */
function faultAnswer(
	fault: Fault,
	exchange: Exchange,
	provider?: SandboxProvider,
): Answer | undefined {
	if (fault.kind === 'raw') {
		const { status, contentType, body } = fault;
		return { status, body: { text: body, contentType } };
	}
	if (fault.kind === 'flood') return flood(fault.megabytes);
	if (fault.kind !== 'status') return undefined;
	const own = provider?.refuse(fault.status, exchange) ?? jsonAnswer(fault.status, {});
	const body = fault.body === undefined ? own.body : { json: fault.body };
	return { status: fault.status, headers: { ...own.headers, ...fault.headers }, body };
}

function isAuthorized(
	{ headers }: Exchange,
	{ authorization, hasAdminKeys }: SandboxProvider,
	{ apiKey, adminKey }: SandboxState,
): boolean {
	const keys = hasAdminKeys ? [apiKey, adminKey] : [apiKey];
	return keys.some((key) => headers.authorization === `${authorization} ${key}`);
}
