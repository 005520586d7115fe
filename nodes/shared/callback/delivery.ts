import type { JsonWebKey } from 'node:crypto';

import type {
	ICredentialDataDecryptedObject,
	IN8nHttpFullResponse,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { jsonParse, NodeOperationError } from 'n8n-workflow';

import { describeText, withoutEndSlashes } from '../wire/answers';
import { readBody } from '../http/body';
import type { BodyStream } from '../http/body';
import { itemOfWebhook, readCredentials } from '../n8n/item';
import type { Item } from '../n8n/item';
import { providersAndSimulator } from '../registry';
import { ExpiringCache } from '../time/expiringCache';
import type { Delivery, VideoProvider } from '../types';
import { tokenParameter } from '../wire/secrets';
import { KeyCache } from './keys';
import type { FetchKeys } from './keys';
import type { Authentication } from './receive';

/** Shared by all webhooks of the process. */
const keyCache = new KeyCache();

const warnAgainAfterMs = 5 * 60 * 1000;
const warned = new ExpiringCache<true>(warnAgainAfterMs, 1000);

/**
 * Writes to the log for the owner of the workflow: each problem of each node at most every five
 * minutes, so that forgeries neither fill the log nor silence what concerns another node.
 */
export function warn(functions: IWebhookFunctions, problem: string, detail = ''): void {
	const now = Date.now();
	const { id, name } = functions.getNode();
	const key = JSON.stringify([functions.getWorkflow().id, id, problem]);
	if (warned.get(key, now)) return;
	warned.set(key, true, now);
	functions.logger.warn(`${name}: ${problem} ${detail}`.trimEnd());
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
): WebhookItem => ({
	...itemOfWebhook(functions, provider),
	functions,
	credentials: async () => ({ ...(await keptCredential(functions, provider)) }),
});

/**
 * For callbacks that come in a burst: n8n starts an engine for expressions each time it decrypts a
 * credential for a webhook. Shorter than any provider's last try to deliver, so that a credential
 * that has just been changed is read in time.
 */
const keepCredentialMs = 2000;
const kept = new ExpiringCache<Promise<ICredentialDataDecryptedObject>>(keepCredentialMs, 100);

async function keptCredential(
	functions: IWebhookFunctions,
	provider: VideoProvider,
): Promise<ICredentialDataDecryptedObject> {
	const now = Date.now();
	const { id, credentials } = functions.getNode();
	const execution = functions.getExecutionId();
	const key = JSON.stringify([
		functions.getWorkflow().id,
		execution,
		id,
		credentials?.[provider.credential ?? ''],
	]);
	const known = kept.get(key, now);
	if (known) return await known;
	const read = readCredentials({ functions, provider, index: 0 });
	kept.set(key, read, now);
	read.catch(() => kept.delete(key));
	return await read;
}

/** What came, with the exact bytes of its body, and the token in its address. */
export async function deliveryOf(
	functions: IWebhookFunctions,
): Promise<Delivery & { token: string }> {
	const request = functions.getRequestObject();
	// n8n reads only the bodies that it can parse.
	if (!request.rawBody && 'readRawBody' in request) await request.readRawBody();
	const { headers, rawBody, query } = request;
	const token = String(query[tokenParameter] ?? '');
	return { headers, rawBody: rawBody ?? Buffer.alloc(0), token };
}

export async function authenticationOf(
	item: WebhookItem,
): Promise<Omit<Authentication, 'warn' | 'sleeper' | 'receiver'>> {
	const { provider } = item;
	const now = Date.now();
	const { apiKey, restUrl } = await item.credentials();
	const urls = provider.callback?.signing?.keyUrls(withoutEndSlashes(String(restUrl ?? ''))) ?? [];
	const fetchKeys: FetchKeys = async (url) => await fetchKeysFrom(item, url);
	return {
		provider,
		apiKey: String(apiKey),
		now,
		keys: async () => await keyCache.get(urls, fetchKeys, now),
		newerKeys: async () => await keyCache.refetch(urls, fetchKeys, now),
	};
}

const keysTimeoutMs = 5000;
/** A key has some hundred bytes. */
const maxKeysBytes = 256 * 1024;

/**
 * The published keys of a provider (JWKS). They are public, so the user's key is not sent there.
 */
async function fetchKeysFrom({ functions }: WebhookItem, url: string): Promise<JsonWebKey[]> {
	const { statusCode, body } = (await functions.helpers.httpRequest({
		method: 'GET',
		url,
		encoding: 'stream',
		timeout: keysTimeoutMs,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	})) as IN8nHttpFullResponse;
	const limits = { maxBytes: maxKeysBytes, timeoutMs: keysTimeoutMs };
	const text = await readBody(body as unknown as BodyStream, limits);
	const { keys } = jsonParse<{ keys?: unknown }>(text ?? '', { fallbackValue: {} });
	if (statusCode !== 200) return [];
	return Array.isArray(keys) ? (keys as JsonWebKey[]) : [];
}
