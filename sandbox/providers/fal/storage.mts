import { z } from 'zod';
import { jsonAnswer } from '../../contract.mts';
import type { Answer, Exchange, SandboxState } from '../../contract.mts';
import { check, checkJson } from '../../validation.mts';
import { validationAnswer } from './answers.mts';

const initiateSchema = z.strictObject({
	content_type: z.string().min(3),
	file_name: z.string().min(1),
});
const storageSchema = z.object({ storage_type: z.literal('fal-cdn-v3') });

/** The upload that fal-js makes for files below 90 MB, in `libs/client/src/storage.ts`. */
export function initiateUpload(exchange: Exchange, sandbox: SandboxState): Answer {
	const query = check(storageSchema, exchange.query);
	if (query.problems) return validationAnswer(query.problems, 'query');
	const body = checkJson(initiateSchema, exchange);
	if (body.problems) return validationAnswer(body.problems);
	const { content_type: contentType, file_name: name } = body.value;
	// fal keeps uploads for a week at least.
	const upload = sandbox.uploads.add({ provider: 'fal', name, contentType }, 7 * 24);
	const file_url = sandbox.uploads.urlOf(upload);
	return jsonAnswer(200, { file_url, upload_url: `${sandbox.url}/fal/upload/${upload.id}` });
}

/** The upload address is signed: it wants the bytes, the announced type, and no key. */
export function putUpload(exchange: Exchange, { uploads }: SandboxState): Answer {
	const upload = uploads.find(exchange.params.id);
	if (exchange.headers.authorization !== undefined) {
		return jsonAnswer(400, { detail: 'The upload URL takes no Authorization header' });
	}
	if (!upload) return jsonAnswer(404, { detail: 'Not Found' });
	if (exchange.headers['content-type'] !== upload.contentType) {
		return jsonAnswer(400, { detail: `Content-Type must be ${upload.contentType}, as initiated` });
	}
	if (exchange.body.length === 0) return jsonAnswer(400, { detail: 'The file is empty' });
	upload.bytes = exchange.body;
	return { status: 200, body: { text: '', contentType: 'text/plain' } };
}
