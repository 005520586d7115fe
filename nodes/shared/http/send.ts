import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	JsonObject,
} from 'n8n-workflow';
import { jsonParse, NodeOperationError } from 'n8n-workflow';

import { asObject, describeText, isObject, withoutEndSlashes } from '../wire/answers';
import type { Item } from '../n8n/item';
import { uninterrupted } from '../n8n/platform';
import { tooDeep, withoutSecrets } from '../wire/secrets';
import { readBody } from './body';
import type { BodyStream } from './body';
import { transportOptions } from './requestOptions';
import { simulatedAnswer } from './simulated';
import type { Failure, WireRequest, WireResponse } from '../types';

/** No answer came that can be read. `sent: false` only where the request certainly never reached the provider. */
export interface Unanswered {
	sent: boolean;
	message: string;
}

export const isAnswer = (answer: WireResponse | Unanswered): answer is WireResponse =>
	'status' in answer;

/** Why a question that costs nothing has no answer; it may be asked again. */
export const failureOfSilence = ({ message }: Pick<Unanswered, 'message'>): Failure => ({
	code: 'provider_unavailable',
	message,
	retryable: true,
});

/** Long enough that a slow submit is not cut off while it may already be accepted. */
const defaultTimeoutMs = 120_000;

/** A hundred times what any provider says. */
const maxAnswerBytes = 8 * 2 ** 20;

const neverSentCodes =
	/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CERT_|ERR_TLS|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/;

/**
 * The only place that sends a key. Returns the whole answer whatever its status, or why there is
 * none. It repeats nothing: whether a call may be repeated depends on what it costs, which only the
 * caller knows.
 */
export async function send(item: Item, request: WireRequest): Promise<WireResponse | Unanswered> {
	const { provider, functions } = item;
	const { credential, simulation } = provider;
	if (simulation) return simulatedAnswer(item, simulation, request);
	const credentials = await item.credentials();
	const url = addressOf(item, request, credentials);
	const options: IHttpRequestOptions = {
		method: request.method,
		url,
		qs: request.query,
		headers: request.headers,
		body: request.body,
		json: true,
		// n8n would hold an answer in memory whatever its size.
		encoding: 'stream',
		timeout: defaultTimeoutMs,
		...transportOptions(item),
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirected POST would be sent a second time, and a key must not follow to another host.
		disableFollowRedirect: true,
	};
	let response: IN8nHttpFullResponse;
	try {
		response = (await functions.helpers.httpRequestWithAuthentication.call(
			functions,
			String(credential),
			options,
			// The credential is at hand already, so n8n need not decrypt it once more.
			{ credentialsDecrypted: { id: '', name: '', type: String(credential), data: credentials } },
		)) as IN8nHttpFullResponse;
	} catch (error) {
		return readTransportError(error);
	}
	return await readAnswer(response, String(credentials.apiKey ?? ''), options.timeout);
}

/** n8n tears down the requests of a cancelled execution; a billed one must bring its job ID home. */
export const sendBilled = async (item: Item, request: WireRequest) =>
	await send({ ...item, functions: uninterrupted(item) }, request);

/** The credential's host and the path. A credential field without an http(s) URL is bad input. */
function addressOf(
	item: Item,
	{ host = 'baseUrl', path }: WireRequest,
	credentials: ICredentialDataDecryptedObject,
): string {
	const base = String(credentials[host] ?? '').trim();
	if (!/^https?:\/\/[^/]/i.test(base) || !URL.canParse(base)) {
		throw new NodeOperationError(
			item.node,
			`The ${item.provider.displayName} credential has no valid ${host.replace('Url', ' URL')}`,
			{
				itemIndex: item.index,
				description: 'Open the credential and enter a URL that starts with https://',
			},
		);
	}
	if (path.split(/[/\\]/).some((segment) => /^(\.|%2e)+$/i.test(segment))) {
		throw new NodeOperationError(
			item.node,
			`The job ID would lead to another address of ${item.provider.displayName}`,
			{ itemIndex: item.index, description: 'Give the job ID that the generating node returned' },
		);
	}
	return withoutEndSlashes(base) + path;
}

/**
 * Reads an answer to its end, unless that is too far away. The provider has answered, so whatever
 * fails here, the request was sent.
 */
async function readAnswer(
	response: IN8nHttpFullResponse,
	apiKey: string,
	timeoutMs = defaultTimeoutMs,
): Promise<WireResponse | Unanswered> {
	try {
		const stream = response.body as unknown as BodyStream;
		const text = await readBody(stream, { maxBytes: maxAnswerBytes, timeoutMs });
		// Of a refusal, the status says enough.
		if (text === undefined && response.statusCode < 300)
			return { sent: true, message: `the answer has more than ${maxAnswerBytes} bytes` };
		const body: unknown = jsonParse(text ?? '', { fallbackValue: null });
		return toWireResponse({ ...response, body: body as IDataObject }, apiKey);
	} catch (error) {
		const isUnreadable = error instanceof RangeError;
		const message = isUnreadable
			? 'the answer is nested too deeply'
			: readTransportError(error).message;
		return { sent: true, message };
	}
}

function toWireResponse(
	{ statusCode: status, headers, body: given }: IN8nHttpFullResponse,
	apiKey: string,
): WireResponse | Unanswered {
	const body = withoutSecrets(given, apiKey);
	if (body === tooDeep) {
		return {
			sent: true,
			message: `HTTP ${status}, and the answer is nested too deeply to be read`,
		};
	}
	return { status, headers: headers as IDataObject, body: asObject(body), isJson: isObject(body) };
}

/** n8n wraps the HTTP client's error. The code inside tells how far the request came. */
export function readTransportError(error: JsonObject): Unanswered {
	for (let cause: JsonObject | undefined = error; cause; cause = cause.cause as JsonObject) {
		const code = typeof cause.code === 'string' ? cause.code : '';
		if (!code && !cause.isAxiosError) continue;
		const timedOut = code === 'ECONNABORTED' || code === 'ETIMEDOUT';
		return {
			sent: !neverSentCodes.test(code),
			message: timedOut ? 'no answer in time' : `the connection failed (${code || 'no code'})`,
		};
	}
	// It is not an error of the HTTP client. n8n's own refusals to send (host not allowed) are known
	// by name. For any other error it is safer to assume that the request was sent.
	const names = [error, error.cause as JsonObject | undefined].map((cause) => cause?.name);
	const isRefusal = names.some((name) =>
		/^(NodeOperation|User|Operational)Error$/.test(String(name)),
	);
	return { sent: !isRefusal, message: describeText(error.message) };
}

/** Nobody is left alone for longer: a wrong header would keep all watchers of the key from asking. */
const longestBreakMs = 60 * 60 * 1000;

/** `Retry-After` in milliseconds, an hour at most: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs({ headers }: WireResponse, now: number): number | undefined {
	const header = headers['retry-after'];
	const value = typeof header === 'string' ? header.trim() : '';
	// Date.parse would take numbers for years. A date contains the name of a month.
	const isDate = /[a-z]{3}/i.test(value);
	const ms = /^\d+$/.test(value) ? Number(value) * 1000 : isDate ? Date.parse(value) - now : NaN;
	return Number.isFinite(ms) ? Math.min(Math.max(0, ms), longestBreakMs) : undefined;
}
