import type { JobBook, Job } from './jobs.mts';
import type { SigningKeys } from './signing.mts';
import type { UploadShelf } from './uploads.mts';

/** What a recorded request was for. `unknown` is a route that the provider does not have. */
export const calls = [
	'submit',
	'status',
	'result',
	'cancel',
	'upload',
	'uploadBytes',
	'file',
	'media',
	'account',
	'prices',
	'requests',
	'models',
	'deprecations',
	'jwks',
	'meta',
	'unknown',
] as const;

export type Call = (typeof calls)[number];

export interface SandboxRequest {
	provider: string;
	call: Call;
	method: string;
	path: string;
	query: Record<string, string>;
	headers: Record<string, string>;
	body: unknown;
	/** Milliseconds since the epoch, as every time in the sandbox. */
	at: number;
	/** Undefined while the request is under way, and for ever when its connection was dropped. */
	status?: number;
	jobId?: string;
	/** The kind of the fault that spoilt it. */
	fault?: string;
}

/** A request as a provider's handler sees it. */
export interface Exchange {
	readonly record: SandboxRequest;
	readonly query: Record<string, string>;
	readonly headers: Record<string, string>;
	readonly params: Record<string, string>;
	readonly body: Buffer;
	/** False once the client has gone away. */
	isOpen(): boolean;
}

export type AnswerBody =
	| { json: unknown }
	| { text: string; contentType: string }
	| { buffer: Buffer; contentType: string }
	| { file: string }
	| { stream: AsyncIterable<Uint8Array>; contentType: string; bytes?: number };

export interface Answer {
	status: number;
	headers?: Record<string, string>;
	body: AnswerBody;
}

export function jsonAnswer(
	status: number,
	value: unknown,
	headers?: Record<string, string>,
): Answer {
	return { status, headers, body: { json: value } };
}

export const callbackShapes = ['data.id', 'data.job_id', 'job_id', 'id', 'query'] as const;

export interface Settings {
	/** How long a job runs, unless its prompt says otherwise. Read when the job is submitted. */
	jobSeconds: number;
	/** Lets callbacks go to plain http and to private addresses, which the providers refuse. */
	allowHttpCallbacks: boolean;
	/** One delay for all callback retries; the provider's own delays when undefined. */
	callbackRetryMilliseconds?: number;
	/** Where ShortAPI's undocumented callback carries the job id; `query` carries none. */
	shortapiCallbackShape: (typeof callbackShapes)[number];
}

/** What the handlers of one running sandbox share. */
export interface SandboxState {
	readonly url: string;
	readonly apiKey: string;
	/** A key with all rights, where a provider tells keys apart. */
	readonly adminKey: string;
	readonly settings: Settings;
	readonly jobs: JobBook;
	readonly uploads: UploadShelf;
	readonly signing: SigningKeys;
}

export interface Route {
	call: Call;
	method: 'get' | 'post' | 'put';
	/** Express path from the root of the server. */
	path: string;
	/** True where the provider asks for no key. */
	open?: boolean;
	handle(exchange: Exchange, sandbox: SandboxState): Answer;
}

export interface CallbackMessage {
	url: string;
	headers: Record<string, string>;
	body: string;
}

export interface CallbackRules {
	timeoutMilliseconds: number;
	/** Waiting times before the second, third … delivery. */
	retryMilliseconds: number[];
	/** True where a redirect answer ends the delivery for good. */
	redirectIsFinal: boolean;
	/** A request that the submit route takes, with or without an address to call. */
	sample(prompt: string, callbackUrl?: string): { body: object; query?: Record<string, string> };
	payload(job: Job, sandbox: SandboxState): unknown;
	/** Headers beside `Content-Type`; `body` is exactly what will be sent. */
	headers?(job: Job, body: string, sandbox: SandboxState): Record<string, string>;
}

/** Everything the sandbox knows about one provider. */
export interface SandboxProvider {
	id: string;
	displayName: string;
	/** What n8n calls a credential of this provider. */
	credentialType: string;
	authorization: 'Key' | 'Bearer';
	/** There are keys that may do more, and calls that only they may make. */
	hasAdminKeys?: true;
	/** Paths that belong to this provider; what matches no route below them is its 404. */
	mounts: string[];
	/** The credential fields beside `apiKey`, by their path on this server. */
	addresses: Record<string, string>;
	/** Prompt directives of this provider beside the common ones: name and what it does. */
	directives: Record<string, string>;
	routes: Route[];
	/** The provider's own error answer for an HTTP status: 401, 404, and what a fault asks for. */
	refuse(status: number, exchange: Exchange): Answer;
	callback?: CallbackRules;
}
