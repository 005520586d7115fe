import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { Answer } from './contract.mts';
import type { Fault } from './faults.mts';

/** Does not keep the process alive when clients and server are gone. */
const pause = async (milliseconds: number) => await sleep(milliseconds, undefined, { ref: false });

/** Writes an answer, spoilt by `fault` if there is one. */
export async function sendAnswer(
	response: Response,
	{ status, headers, body }: Answer,
	fault?: Fault,
): Promise<void> {
	if (fault?.kind === 'slow' && fault.where === 'headers') await pause(fault.milliseconds);
	if (response.destroyed) return;
	response.status(status).set(headers ?? {});
	const spoilsBody =
		fault?.kind === 'truncate' ||
		fault?.kind === 'drip' ||
		(fault?.kind === 'slow' && fault.where === 'body');
	if ('file' in body && !spoilsBody) return await sendFile(response, body.file);

	const { contentType, bytes, chunks } = contentOf(body);
	// Express's own `set` would add a charset.
	response.setHeader('Content-Type', contentType);
	if (bytes !== undefined) response.set('Content-Length', String(bytes));
	if (response.req.method === 'HEAD') return void response.end();
	response.flushHeaders();
	if (!spoilsBody) return await pour(response, chunks);
	if (fault.kind === 'truncate')
		return await pourCut(response, chunks, fault.bytes ?? bytes, bytes);
	if (fault.kind === 'drip') return await drip(response, chunks, fault);
	await pourSlowly(response, chunks, fault.milliseconds);
}

export function drop(response: Response): void {
	response.socket?.destroy();
}

function sendFile(response: Response, path: string): Promise<void> {
	// Express answers Range and If-… requests here. A client that leaves is no error of ours.
	return new Promise((resolve) => response.sendFile(path, () => resolve()));
}

function contentOf(body: Answer['body']): {
	contentType: string;
	bytes?: number;
	chunks: AsyncIterable<Uint8Array> | Uint8Array[];
} {
	if ('stream' in body) return { ...body, chunks: body.stream };
	if ('file' in body) return whole(readFileSync(body.file), 'video/mp4');
	if ('buffer' in body) return whole(body.buffer, body.contentType);
	if ('text' in body) return whole(Buffer.from(body.text), body.contentType);
	return whole(Buffer.from(JSON.stringify(body.json)), 'application/json');
}

function whole(buffer: Buffer, contentType: string) {
	return { contentType, bytes: buffer.length, chunks: [buffer] };
}

async function pour(
	response: Response,
	chunks: AsyncIterable<Uint8Array> | Uint8Array[],
): Promise<void> {
	for await (const chunk of chunks) {
		if (response.destroyed) return;
		if (!response.write(chunk)) await drained(response);
	}
	response.end();
}

async function pourCut(
	response: Response,
	chunks: AsyncIterable<Uint8Array> | Uint8Array[],
	wanted: number | undefined,
	bytes: number | undefined,
): Promise<void> {
	const half = Math.floor((bytes ?? 2) / 2);
	let left = wanted === undefined || wanted === bytes ? half : wanted;
	for await (const chunk of chunks) {
		if (response.destroyed) return;
		if (left < chunk.length) {
			response.write(chunk.subarray(0, left), () => response.socket?.destroySoon());
			return;
		}
		left -= chunk.length;
		if (!response.write(chunk)) await drained(response);
	}
	response.socket?.destroySoon();
}

async function pourSlowly(
	response: Response,
	chunks: AsyncIterable<Uint8Array> | Uint8Array[],
	milliseconds: number,
): Promise<void> {
	let isFirst = true;
	for await (const chunk of chunks) {
		const half = isFirst ? Math.floor(chunk.length / 2) : 0;
		if (isFirst) {
			response.write(chunk.subarray(0, half));
			await pause(milliseconds);
			isFirst = false;
		}
		if (response.destroyed) return;
		if (!response.write(chunk.subarray(half))) await drained(response);
	}
	response.end();
}

async function drip(
	response: Response,
	chunks: AsyncIterable<Uint8Array> | Uint8Array[],
	{ milliseconds, pieces = 20 }: Extract<Fault, { kind: 'drip' }>,
): Promise<void> {
	const all: Uint8Array[] = [];
	for await (const chunk of chunks) all.push(chunk);
	const content = Buffer.concat(all);
	const size = Math.ceil(content.length / pieces);
	for (let sent = 0; sent < content.length; sent += size) {
		await pause(milliseconds / pieces);
		if (response.destroyed) return;
		if (!response.write(content.subarray(sent, sent + size))) await drained(response);
	}
	response.end();
}

function drained(response: Response): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			response.off('drain', done).off('close', done);
			resolve();
		};
		response.on('drain', done).on('close', done);
	});
}
