import express from 'express';
import type { Response, Router } from 'express';
import { z } from 'zod';
import { callbackShapes, calls } from './contract.mts';
import { commonDirectives } from './directives.mts';
import { injectionSchema } from './faults.mts';
import { sandboxProviders } from './registry.mts';
import type { Sandbox } from './server.mts';

const faultBody = z.strictObject({
	...injectionSchema.shape,
	// JSON has no Infinity.
	times: z.union([z.int().positive(), z.literal('always')]).optional(),
});

const settingsBody = z.strictObject({
	jobSeconds: z.number().nonnegative().optional(),
	allowHttpCallbacks: z.boolean().optional(),
	callbackRetryMilliseconds: z.number().nonnegative().optional(),
	shortapiCallbackShape: z.enum(callbackShapes).optional(),
});

const deliverBody = z.strictObject({
	url: z.url().optional(),
	times: z.int().min(1).max(100).optional(),
	parallel: z.boolean().optional(),
});

const routes = [
	'GET /_sandbox',
	'GET /_sandbox/requests',
	'GET /_sandbox/jobs',
	'GET /_sandbox/deliveries',
	'POST /_sandbox/faults {provider?, call, fault, about?, times?: number | "always", after?}',
	`POST /_sandbox/settings {${Object.keys(settingsBody.shape).join('?, ')}?}`,
	'POST /_sandbox/jobs/:id/finish',
	'POST /_sandbox/jobs/:id/deliver {url?, times?, parallel?}',
	'POST /_sandbox/reset',
];

/** What `Sandbox` offers in the process, for other processes. Not recorded, never spoilt. */
export function controlRoutes(sandbox: Sandbox): Router {
	const router = express.Router();
	router.use(express.json({ type: () => true }));

	router.get('/', (_request, response) => void response.json(describe(sandbox)));
	router.get('/requests', (_request, response) => void response.json(sandbox.requests));
	router.get('/jobs', (_request, response) => void response.json(sandbox.jobs()));
	router.get('/deliveries', (_request, response) => void response.json(sandbox.deliveries));
	router.post('/reset', (_request, response) => {
		sandbox.reset();
		response.json({});
	});
	router.post('/faults', (request, response) => {
		const body = read(faultBody, request.body, response);
		if (!body) return;
		sandbox.inject({ ...body, times: body.times === 'always' ? Infinity : body.times });
		response.json({});
	});
	router.post('/settings', (request, response) => {
		const body = read(settingsBody, request.body, response);
		if (body) response.json(Object.assign(sandbox.settings, body));
	});
	router.post('/jobs/:id/finish', (request, response) => {
		if (!hasJob(request.params.id, response)) return;
		sandbox.finish(request.params.id);
		response.json({});
	});
	router.post('/jobs/:id/deliver', async (request, response) => {
		const body = read(deliverBody, request.body ?? {}, response);
		if (!body || !hasJob(request.params.id, response)) return;
		try {
			response.json(await sandbox.deliver(request.params.id, body));
		} catch (error) {
			response.status(400).json({ error: (error as Error).message });
		}
	});
	router.use((_request, response) => {
		response.status(404).json({ error: 'no such control route', routes });
	});
	return router;

	function hasJob(id: string, response: Response): boolean {
		const isKnown = sandbox.jobs().some((job) => job.id === id);
		if (!isKnown) response.status(404).json({ error: `no job ${id}` });
		return isKnown;
	}
}

function read<T>(schema: z.ZodType<T>, body: unknown, response: Response): T | undefined {
	const { data, error } = schema.safeParse(body ?? {});
	if (error) response.status(400).json({ error: z.prettifyError(error) });
	return data;
}

function describe({ url, apiKey, credentials, settings }: Sandbox): object {
	const providers = sandboxProviders.map(({ id, displayName, directives }) => ({
		id,
		displayName,
		credential: credentials[id],
		directives,
	}));
	return { url, apiKey, settings, directives: commonDirectives, providers, calls, routes };
}
