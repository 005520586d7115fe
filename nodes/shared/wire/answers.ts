import type { IDataObject } from 'n8n-workflow';

import type { ErrorCode, Failure, SubmitFailure, WireResponse } from '../types';

/** Whether it is a JSON object, and neither a list nor null. */
export const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** For fields of what should be an object: `{}` where the answer has something else. */
export const asObject = (value: unknown): IDataObject => (isObject(value) ? value : {});

/** Longest provider text that is shown: enough for a reason, too short for a page of HTML. */
const maxReasonLength = 300;

/** A query string of a URL. It begins with its question mark, so that the search does, too. */
const queryOfUrl = /\?(?<=https?:\/\/[^\s?"'<>]+\?)[^\s"'<>]*/gi;

/**
 * A provider's text made fit to show: one line, bounded, and without the query strings of URLs,
 * where signatures and tokens are.
 */
export function describeText(value: unknown): string {
	if (typeof value !== 'string') return '';
	const text = value.replace(queryOfUrl, '?…').replace(/\s+/g, ' ').trim();
	const characters = [...text.slice(0, 2 * maxReasonLength + 2)];
	return characters.length > maxReasonLength
		? `${characters.slice(0, maxReasonLength).join('')}…`
		: text;
}

const codesByStatus: Record<number, ErrorCode> = {
	400: 'validation',
	401: 'authentication',
	402: 'insufficient_balance',
	403: 'permission',
	404: 'not_found',
	408: 'timeout',
	413: 'validation',
	422: 'validation',
	429: 'rate_limited',
};

/** What an HTTP status means where the provider documents nothing more exact. */
export function failureFromStatus(response: WireResponse, reason = ''): Failure {
	// A success without JSON comes from a gateway or a cut connection, not from the provider.
	const isBroken = response.status >= 500 || (isSuccess(response) && !response.isJson);
	const code = codesByStatus[response.status] ?? (isBroken ? 'provider_unavailable' : 'unknown');
	const text = reason || `HTTP ${response.status}${response.isJson ? '' : ', not a JSON answer'}`;
	return {
		code,
		message: text,
		retryable: ['rate_limited', 'provider_unavailable', 'timeout'].includes(code),
	};
}

/**
 * The job ID in a field of an answer. A number becomes text, unless it is 0, which some servers send
 * for nothing, or too large to have arrived unchanged.
 */
export function jobIdIn(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim() || undefined;
	return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
		? String(value)
		: undefined;
}

/** A success that names no job: it may have been accepted, so it must not be sent again. */
export const noJobId: SubmitFailure = {
	code: 'unknown',
	message: 'the answer contains no job ID',
	retryable: false,
	mayBeAccepted: true,
};

/** An upload that was answered with success, but without the address of the image. */
export const noImageUrl: Failure = {
	code: 'unknown',
	message: 'the answer contains no image URL',
	retryable: false,
};

/** The value when it is an http(s) URL. */
export const httpUrl = (value: unknown): string | undefined =>
	typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)
		? value
		: undefined;

/** A text or number as text. An object is none: `toString` may be data in it. */
export const wordIn = (value: unknown): string =>
	typeof value === 'object' && value !== null ? '?' : String(value);

/** The address of a host, to which a path is added. */
export const withoutEndSlashes = (url: string) => url.replace(/(?<!\/)\/+$/, '');

/** A balance that was answered with success, but without a number. */
export const noBalance: Failure = {
	code: 'unknown',
	message: 'the answer contains no balance',
	retryable: false,
};

export const isSuccess = ({ status }: WireResponse) => status >= 200 && status < 300;

export const isFailure = (value: object | string): value is Failure =>
	isObject(value) && 'retryable' in value;
