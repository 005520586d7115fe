import type { Request, Response } from 'express';
import type { Call, Exchange, SandboxRequest } from './contract.mts';
import { filesOf } from './multipart.mts';

/** A recorded request, with its body read. */
export function exchangeOf(
	request: Request,
	response: Response,
	call: Call,
	provider: string,
): Exchange {
	const url = new URL(request.originalUrl, 'http://sandbox');
	const query = Object.fromEntries(url.searchParams);
	const headers = flatten(request.headers);
	const body: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
	const record: SandboxRequest = {
		provider,
		call,
		method: request.method,
		path: url.pathname,
		query,
		headers,
		body: readable(body, headers['content-type'] ?? ''),
		at: Date.now(),
	};
	const params = Object.fromEntries(
		Object.entries(request.params).map(([name, value]) => [name, String(value)]),
	);
	return { record, query, headers, params, body, isOpen: () => !response.destroyed };
}

function flatten(headers: Request['headers']): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
	);
}

/** JSON is parsed, files are shown by their size, and an empty body gives undefined. */
function readable(body: Buffer, contentType: string): unknown {
	if (body.length === 0) return undefined;
	if (/\bjson\b/i.test(contentType)) {
		try {
			return JSON.parse(body.toString('utf8'));
		} catch {
			return body.toString('utf8');
		}
	}
	const parts = filesOf(body, contentType);
	if (!parts) return { contentType, bytes: body.length };
	return parts.map(({ content, ...part }) => ({ ...part, bytes: content.length }));
}
