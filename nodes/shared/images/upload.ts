import { createHash } from 'node:crypto';

import type { IBinaryData, IDataObject, IN8nHttpFullResponse } from 'n8n-workflow';

import { isFailure, isObject, isSuccess } from '../wire/answers';
import { limiter } from '../time/concurrently';
import { badInput, JobError, sentence } from '../n8n/failure';
import { checkImage, loadImage, nameOf } from './imageFile';
import type { BinaryImage } from './imageFile';
import { textOf } from '../n8n/item';
import type { BinaryField, Item } from '../n8n/item';
import { uploadsOf } from '../n8n/state';
import { retry } from '../time/retry';
import { readBody } from '../http/body';
import type { BodyStream } from '../http/body';
import { mayOpen } from '../http/networks';
import { transportOptions } from '../http/requestOptions';
import { failureOfSilence, isAnswer, readTransportError, retryAfterMs, send } from '../http/send';
import type { Failure, ImageFile, ModelSpec } from '../types';

/** Each upload holds an image in memory; as base64 text, twice. */
const uploadsAtATime = 4;
const timeoutMs = 120_000;
const maxStorageAnswer = 64 * 1024;
/** Providers keep uploads for three days at least; a job may wait in a queue for some of them. */
const reuseMs = 24 * 60 * 60 * 1000;

/** The binary fields that hold the images; undefined where they are given by URL. */
export function readImageFields(item: Item): BinaryField[] | undefined {
	const source = textOf(item.parameter('imageSource')).toLowerCase();
	if (source === '' || source === 'url') return undefined;
	if (source !== 'binary') {
		throw badInput(
			item,
			`Image Source is "${source.slice(0, 100)}"`,
			'Give url or binary, or check the expression',
		);
	}
	const value = item.parameter('imageBinaryFields') ?? 'data';
	const fields = Array.isArray(value) ? value : isFile(value) ? [value] : textOf(value).split(',');
	const read = fields.map((field) => (isFile(field) ? field : textOf(field)));
	return [...new Set(read)].filter(Boolean);
}

/** What an expression such as `$json._files.data` yields. */
const isFile = (value: unknown): value is IBinaryData => isObject(value) && 'mimeType' in value;

/**
 * The item's binary images, each looked at; none where its images are given by URL.
 *
 * @throws NodeOperationError that names item and field
 */
export async function readImages(item: Item, model: ModelSpec): Promise<BinaryImage[]> {
	const { upload } = item.provider;
	const images: BinaryImage[] = [];
	if (!upload) return images;
	for (const field of readImageFields(item) ?? []) {
		const image = await checkImage(item, field, model, upload.maxBytes);
		// The same picture in two fields is one reference.
		if (!images.some(({ hash }) => hash === image.hash)) images.push(image);
	}
	return images;
}

/** Stands for an image in a request until the image has a URL. It is the same in every try. */
export const contentName = ({ hash }: BinaryImage) => `sha256:${hash}`;

interface UploadFailure extends Failure {
	httpCode?: number;
	/** How long the provider asked to be left alone. */
	askedMs?: number;
}

/** The uploads of one run of a node: the same bytes go to the same account once in an execution. */
export class Uploads {
	private readonly running = new Map<string, Promise<string | UploadFailure>>();

	private readonly inTurn = limiter(uploadsAtATime);

	/**
	 * Addresses of the images, in their order.
	 *
	 * @throws NodeApiError that names item and field; nothing was submitted for the item
	 */
	async urlsOf(item: Item, images: BinaryImage[]): Promise<string[]> {
		const urls: string[] = [];
		for (const image of images) {
			const result = await this.uploadOnce(item, image);
			if (typeof result !== 'string') throw uploadError(item, image, result);
			urls.push(result);
		}
		return urls;
	}

	private async uploadOnce(item: Item, image: BinaryImage): Promise<string | UploadFailure> {
		const key = await keyOf(item, image);
		// Shared by the nodes of the execution; it survives their retries and ends with the execution.
		const kept = uploadsOf(item);
		const earlier = kept[key];
		if (earlier && Date.now() - earlier.at < reuseMs) return earlier.url;
		const running = this.running.get(key);
		if (running) return await running;
		const upload = this.inTurn(async () => await uploadPatiently(item, image));
		this.running.set(key, upload);
		try {
			const result = await upload;
			if (typeof result === 'string') kept[key] = { url: result, at: Date.now() };
			return result;
		} finally {
			this.running.delete(key);
		}
	}
}

/** One account must not be given what another one has uploaded. */
async function keyOf(item: Item, { hash, mimeType }: BinaryImage): Promise<string> {
	const credentials = await item.credentials();
	return createHash('sha256')
		.update(JSON.stringify([item.provider.id, credentials, mimeType, hash]))
		.digest('base64url');
}

/** An upload costs nothing, so it may be repeated. Each try asks for a new address. */
async function uploadPatiently(item: Item, image: BinaryImage): Promise<string | UploadFailure> {
	const file = await loadImage(item, image);
	return await retry(async () => await upload(item, file), {
		attempts: 3,
		firstDelayMs: 1000,
		mayRepeat: (result) => typeof result !== 'string' && result.retryable,
		askedMs: (result) => (typeof result === 'string' ? undefined : result.askedMs),
		longestWaitMs: 30_000,
		signal: item.signal,
	});
}

async function upload(item: Item, file: ImageFile): Promise<string | UploadFailure> {
	const capability = item.provider.upload as NonNullable<typeof item.provider.upload>;
	const answer = await send(item, capability.build(file));
	if (!isAnswer(answer)) return failureOfSilence(answer);
	const result = capability.parse(answer);
	if (isFailure(result)) {
		const askedMs = retryAfterMs(answer, Date.now());
		return { ...result, httpCode: answer.status, askedMs };
	}
	const { imageUrl, putUrl } = result;
	return putUrl ? ((await putBytes(item, putUrl, file)) ?? imageUrl) : imageUrl;
}

/** Sends the bytes. The address is signed and belongs to a storage host, so no key is sent. */
async function putBytes(
	item: Item,
	url: string,
	{ bytes, mimeType }: ImageFile,
): Promise<UploadFailure | undefined> {
	const failure = (message: string, httpCode?: number): UploadFailure => ({
		code: 'provider_unavailable',
		message,
		retryable: true,
		httpCode,
	});
	if (!(await mayOpen(item, url)))
		return { ...failure('its storage is on a private network'), retryable: false };
	try {
		const { statusCode, headers, body } = (await item.functions.helpers.httpRequest({
			method: 'PUT',
			url,
			headers: { 'Content-Type': mimeType },
			body: bytes,
			encoding: 'stream',
			timeout: timeoutMs,
			...transportOptions(item),
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			abortSignal: item.signal,
		})) as IN8nHttpFullResponse;
		// Its status is the answer. The rest is read only to end the connection.
		const limits = { maxBytes: maxStorageAnswer, timeoutMs };
		await readBody(body as unknown as BodyStream, limits).catch(() => undefined);
		const answer = { status: statusCode, headers: headers as IDataObject, body: {}, isJson: false };
		if (isSuccess(answer)) return undefined;
		return failure(`its storage answered HTTP ${statusCode}`, statusCode);
	} catch (error) {
		return failure(readTransportError(error).message);
	}
}

function uploadError(item: Item, { field }: BinaryImage, failure: UploadFailure) {
	const { provider, index } = item;
	const { code, message, retryable, httpCode } = failure;
	const error = new JobError(item, { code, message, retryable }, { httpCode });
	error.message = `Item ${index}: the image in binary field "${nameOf(field)}" could not be uploaded to ${provider.displayName}: ${sentence(message)}`;
	error.description = `${error.description} Nothing was submitted for this item.`;
	return error;
}
