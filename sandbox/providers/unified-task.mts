// What AIHubMax and EvoLink have in common: `task-unified-…` tasks and uploads for 72 hours.

import { randomInt } from 'node:crypto';
import { failureOf } from '../accepting.mts';
import type { Exchange, SandboxState } from '../contract.mts';
import type { Directives } from '../directives.mts';
import type { Job } from '../jobs.mts';
import { videoUrlOf } from '../media.mts';
import { filesOf } from '../multipart.mts';
import { imageTypeOf } from '../uploads.mts';
import type { Upload } from '../uploads.mts';

export const idPrefix = 'task-unified-';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

function newTaskId(): string {
	const random = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('');
	return `${idPrefix}${Math.floor(Date.now() / 1000)}-${random}`;
}

export interface Task {
	provider: string;
	model: string;
	prompt: string;
	images: string[];
	directives: Directives;
	aspectRatio?: string;
	callbackUrl?: string;
	key?: string;
}

export function startTask(
	{ images, aspectRatio, ...task }: Task,
	{ record }: Exchange,
	sandbox: SandboxState,
): Job {
	const id = newTaskId();
	const { directives } = task;
	const job = sandbox.jobs.start({
		...task,
		id,
		request: record.body,
		videoUrl: videoUrlOf(sandbox.url, { id, aspectRatio, directives }),
		failure: failureOf(directives, images, sandbox, ['canceled', 'quota']),
	});
	record.jobId = id;
	return job;
}

export function findTask(
	provider: string,
	exchange: Exchange,
	sandbox: SandboxState,
): Job | undefined {
	const job = sandbox.jobs.find(exchange.params.id, provider);
	exchange.record.jobId = job?.id;
	return job;
}

/** The codes of https://docs.evolink.ai/en/api-manual/task-management/error-codes. */
const taskErrors: Record<string, [code: string, message: string]> = {
	'content-policy': [
		'content_policy_violation',
		'The request was blocked by the content policy. Change the prompt or the images.',
	],
	'image-unreadable': ['image_processing_error', 'A reference image could not be processed.'],
	'generation-failed': ['service_error', 'The service failed. Please try again later.'],
	canceled: ['request_cancelled', 'The request was cancelled.'],
	quota: ['quota_exceeded', 'The quota is exceeded. Please try again later.'],
};

export function taskErrorOf({ failure }: Job): object | undefined {
	if (!failure) return undefined;
	const [code, message] = taskErrors[failure.reason];
	return { code, message, type: 'task_error' };
}

export function taskStatusOf({ state }: Job): string {
	if (state === 'queued') return 'pending';
	if (state === 'running') return 'processing';
	return state === 'completed' ? 'completed' : 'failed';
}

/** The same second as in the task's id. */
export function createdOf({ id }: Job): number {
	return Number(id.slice(idPrefix.length).split('-')[0]);
}

export function secondsOf(milliseconds: number): number {
	return Math.floor(milliseconds / 1000);
}

const uploadHours = 72;
// EvoLink takes images up to this size. AIHubMax documents a 413, but not the size from which on.
const mostUploadBytes = 10 * 2 ** 20;

export interface UploadProblem {
	kind: 'missing' | 'empty' | 'type' | 'size' | 'url';
	message: string;
}

export type Kept = { upload: Upload; problem?: undefined } | { problem: UploadProblem };

/** A multipart upload; the file is the part `file`. */
export function keepStream(provider: string, exchange: Exchange, sandbox: SandboxState): Kept {
	const parts = filesOf(exchange.body, exchange.headers['content-type'] ?? '');
	const file = parts?.find(({ name, fileName }) => name === 'file' && fileName !== undefined);
	if (!file) {
		return { problem: { kind: 'missing', message: 'file: multipart/form-data with a file' } };
	}
	return keep(provider, file.fileName ?? '', file.content, sandbox);
}

/** An upload as base64 text, with or without the head of a data URL. */
export function keepBase64(
	provider: string,
	text: string,
	name: string | undefined,
	sandbox: SandboxState,
): Kept {
	const [head, type] = /^data:image\/([a-z]+);base64,/.exec(text) ?? ['', undefined];
	const plain = text.slice(head.length);
	// Looks for one character that does not belong. To match all of several megabytes would overflow
	// the stack.
	const bare = plain.replace(/={1,2}$/, '');
	if (bare === '' || /[^A-Za-z0-9+/]/.test(bare)) {
		return { problem: { kind: 'missing', message: 'the file is not valid base64' } };
	}
	const fileName = name ?? (type ? `upload.${type}` : 'upload');
	return keep(provider, fileName, Buffer.from(plain, 'base64'), sandbox);
}

// One grey pixel.
const placeholder = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==',
	'base64',
);

/** An upload by address. The sandbox loads nothing from elsewhere and keeps a pixel instead. */
export function keepCopy(
	provider: string,
	address: string,
	name: string | undefined,
	sandbox: SandboxState,
): Kept {
	const { uploads, url } = sandbox;
	if (uploads.firstUnreadable([address]) === 0) {
		return { problem: { kind: 'url', message: 'the file could not be downloaded' } };
	}
	const { pathname } = new URL(address);
	const id = address.startsWith(`${url}/`) && /^\/files\/([^/]+)\//.exec(pathname)?.[1];
	const bytes = (id && uploads.find(id)?.bytes) || placeholder;
	return keep(provider, name ?? (pathname.split('/').pop() || 'upload'), bytes, sandbox);
}

function keep(provider: string, name: string, bytes: Buffer, { uploads }: SandboxState): Kept {
	if (bytes.length === 0) return { problem: { kind: 'empty', message: 'the file is empty' } };
	if (bytes.length > mostUploadBytes) {
		return { problem: { kind: 'size', message: 'the file is larger than 10 MB' } };
	}
	const contentType = imageTypeOf(bytes, name);
	if (!contentType) {
		const message = 'the file must be image/jpeg, image/png, image/gif or image/webp';
		return { problem: { kind: 'type', message } };
	}
	return { upload: uploads.add({ provider, name, contentType, bytes }, uploadHours) };
}
