import type { JsonWebKey } from 'node:crypto';

import type {
	IDataObject,
	IN8nHttpFullResponse,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { jsonParse, NodeOperationError } from 'n8n-workflow';

import { describeText } from '../shared/answers';
import { tokenParameter } from '../shared/callback/address';
import { KeyCache } from '../shared/callback/keys';
import type { FetchKeys } from '../shared/callback/keys';
import { OnceOnly } from '../shared/callback/once';
import type { SpentNonces } from '../shared/callback/once';
import { receive } from '../shared/callback/receive';
import type { Checks } from '../shared/callback/receive';
import { failureOfError } from '../shared/failure';
import { itemOfWebhook } from '../shared/item';
import type { Item } from '../shared/item';
import type { VideoJob } from '../shared/job';
import { fetchVideo } from '../shared/media';
import { asNodeFailure } from '../shared/outcome';
import { readJob } from '../shared/read';
import { providers } from '../shared/registry';
import { credentialsOf } from '../shared/send';

/** Shared by all triggers of the process: what they remember is keyed by what only one can know. */
const once = new OnceOnly();
const keyCache = new KeyCache();

const warnAgainAfterMs = 5 * 60 * 1000;
const warnedAt = new Map<string, number>();

const warnings = {
	unknown_key:
		'A callback was refused: its token was made with another API key. Give the trigger the credential of the generating node.',
	no_job_id: 'A callback was refused: no job ID was found in it.',
	trouble: 'A callback could not be checked, and the provider was asked to send it again:',
};

/** For the owner of the workflow, and not once for each forgery. */
function warn(functions: IWebhookFunctions, problem: keyof typeof warnings, detail = ''): void {
	const now = Date.now();
	if (now - (warnedAt.get(problem) ?? 0) < warnAgainAfterMs) return;
	warnedAt.set(problem, now);
	functions.logger.warn(`${functions.getNode().name}: ${warnings[problem]} ${detail}`.trimEnd());
}

/** Answers a delivery, whatever happens: what is thrown out of a webhook starts a failed execution. */
export async function answerDelivery(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		return await handleDelivery(functions);
	} catch (error) {
		const response = functions.getResponseObject();
		if (!response.headersSent) response.status(503).json({ accepted: false });
		warn(functions, 'trouble', describeText((error as Error).message));
		return { noWebhookResponse: true };
	}
}

/** Checks a delivery and starts the workflow with what the provider itself says. */
async function handleDelivery(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { headers, rawBody, query } = functions.getRequestObject();
	const response = functions.getResponseObject();
	const item = webhookItem(functions);
	const checks = await checksOf(item);
	const verdict = await receive(
		{ headers, rawBody: rawBody ?? Buffer.alloc(0) },
		String(query[tokenParameter] ?? ''),
		checks,
	);
	// Answered before a video is streamed: providers wait for ten to fifteen seconds only.
	response.status(verdict.status).json({ accepted: verdict.status === 200 });
	if (!('job' in verdict)) return { noWebhookResponse: true };
	const run = isWanted(functions, verdict.job) ? [[await itemFor(item, verdict.job)]] : undefined;
	// Last of all, so that it holds what other deliveries have spent meanwhile. It is saved because
	// we have answered ourselves.
	storedIn(functions).spent = once.spentIn(checks.scope, checks.stored, checks.now);
	return { noWebhookResponse: true, workflowData: run };
}

type WebhookItem = Item & { functions: IWebhookFunctions };

function webhookItem(functions: IWebhookFunctions): WebhookItem {
	const id = functions.getNodeParameter('provider');
	const provider = providers.find((candidate) => candidate.id === id && candidate.callback);
	if (provider) return { ...itemOfWebhook(functions, provider), functions };
	throw new NodeOperationError(functions.getNode(), `"${String(id)}" does not call back`);
}

/** The workflow's own: a node's static data would be lost when the node is renamed. */
function storedIn(functions: IWebhookFunctions): { spent?: SpentNonces } {
	const shared = functions.getWorkflowStaticData('global');
	shared.veoTokens ??= {};
	return shared.veoTokens as { spent?: SpentNonces };
}

async function checksOf(item: WebhookItem): Promise<Checks> {
	const { functions, provider } = item;
	const now = Date.now();
	const { apiKey, restUrl } = await credentialsOf(item);
	const urls = provider.callback?.signing?.keyUrls(String(restUrl ?? '').replace(/\/+$/, '')) ?? [];
	const fetchKeys: FetchKeys = async (url) => await fetchJson(item, url);
	return {
		provider,
		apiKey: String(apiKey),
		now,
		once,
		scope: String(functions.getWorkflow().id ?? ''),
		stored: storedIn(functions).spent ?? {},
		keys: async () => await keyCache.get(urls, fetchKeys, now),
		newerKeys: async () => await keyCache.refetch(urls, fetchKeys, now),
		read: async (jobId) => await readJob(item, jobId),
		warn: (problem) => warn(functions, problem),
	};
}

/** The published keys of a provider (JWKS): public, so no key of ours goes there. */
async function fetchJson({ functions }: Item, url: string) {
	const { body } = (await functions.helpers.httpRequest({
		method: 'GET',
		url,
		encoding: 'text',
		timeout: 5000,
		returnFullResponse: true,
	})) as IN8nHttpFullResponse;
	const { keys } = jsonParse<{ keys?: unknown }>(String(body), { fallbackValue: {} });
	return Array.isArray(keys) ? (keys as JsonWebKey[]) : [];
}

function isWanted(functions: IWebhookFunctions, { status }: VideoJob): boolean {
	const events = functions.getNodeParameter('events') as string[];
	return events.includes(status === 'completed' ? 'completed' : 'failed');
}

/** A video that cannot be downloaded is still finished and paid for: the item keeps its link. */
async function itemFor(item: Item, job: VideoJob): Promise<INodeExecutionData> {
	const options = (item.parameter('options') ?? {}) as IDataObject;
	if (options.downloadVideo !== true || job.videoUrl === null) return { json: { ...job } };
	const field = String(options.binaryField ?? '').trim() || 'data';
	try {
		const video = await fetchVideo(item, job.videoUrl, job.jobId, job.videoUrlExpiresAt);
		return { json: { ...job }, binary: { [field]: video } };
	} catch (error) {
		const failure = failureOfError(asNodeFailure(item, error));
		return { json: { ...job, error: failure } };
	}
}
