import type { JsonWebKey } from 'node:crypto';

import type { IN8nHttpFullResponse, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { jsonParse, NodeOperationError } from 'n8n-workflow';

import { describeText } from '../wire/answers';
import { itemOfWebhook } from '../n8n/item';
import type { Item } from '../n8n/item';
import { providersAndSimulator } from '../registry';
import { ExpiringCache } from '../time/expiringCache';
import type { Delivery, VideoProvider } from '../types';
import { tokenParameter } from './address';
import { KeyCache } from './keys';
import type { FetchKeys } from './keys';
import type { Authentication } from './receive';

/** Shared by all webhooks of the process. */
const keyCache = new KeyCache();

const warnAgainAfterMs = 5 * 60 * 1000;
const warned = new ExpiringCache<true>(warnAgainAfterMs, 1000);

/**
 * Writes to the log for the owner of the workflow: each problem at most every five minutes, so that
 * forgeries do not fill the log.
 */
export function warn(functions: IWebhookFunctions, problem: string, detail = ''): void {
	const now = Date.now();
	if (warned.get(problem, now)) return;
	warned.set(problem, true, now);
	functions.logger.warn(`${functions.getNode().name}: ${problem} ${detail}`.trimEnd());
}

/** Answers a delivery and never throws: n8n would make a failed execution of the error. */
export async function answerDelivery(
	functions: IWebhookFunctions,
	handle: (functions: IWebhookFunctions) => Promise<IWebhookResponseData>,
): Promise<IWebhookResponseData> {
	try {
		return await handle(functions);
	} catch (error) {
		const response = functions.getResponseObject();
		if (!response.headersSent) response.status(503).json({ accepted: false });
		warn(
			functions,
			'A callback could not be checked, and the provider was asked to send it again:',
			describeText((error as Error).message),
		);
		return { noWebhookResponse: true };
	}
}

export type WebhookItem = Item & { functions: IWebhookFunctions };

/** The callback as an item of the provider that the trigger is set to. */
export function triggerItem(functions: IWebhookFunctions): WebhookItem {
	const id = functions.getNodeParameter('provider');
	const provider = providersAndSimulator.find(
		(candidate) => candidate.id === id && candidate.callback,
	);
	if (provider) return webhookItem(functions, provider);
	throw new NodeOperationError(functions.getNode(), `"${String(id)}" does not call back`);
}

export const webhookItem = (
	functions: IWebhookFunctions,
	provider: VideoProvider,
): WebhookItem => ({ ...itemOfWebhook(functions, provider), functions });

/** What came, with the exact bytes of its body, and the token in its address. */
export function deliveryOf(functions: IWebhookFunctions): Delivery & { token: string } {
	const { headers, rawBody, query } = functions.getRequestObject();
	const token = String(query[tokenParameter] ?? '');
	return { headers, rawBody: rawBody ?? Buffer.alloc(0), token };
}

export async function authenticationOf(
	item: WebhookItem,
): Promise<Omit<Authentication, 'warn' | 'execution'>> {
	const { provider } = item;
	const now = Date.now();
	const { apiKey, restUrl } = await item.credentials();
	const urls = provider.callback?.signing?.keyUrls(String(restUrl ?? '').replace(/\/+$/, '')) ?? [];
	const fetchKeys: FetchKeys = async (url) => await fetchKeysFrom(item, url);
	return {
		provider,
		apiKey: String(apiKey),
		now,
		keys: async () => await keyCache.get(urls, fetchKeys, now),
		newerKeys: async () => await keyCache.refetch(urls, fetchKeys, now),
	};
}

/**
 * The published keys of a provider (JWKS). They are public, so the user's key is not sent there.
 */
async function fetchKeysFrom({ functions }: WebhookItem, url: string): Promise<JsonWebKey[]> {
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
