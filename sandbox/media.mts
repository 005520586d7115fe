import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonAnswer } from './contract.mts';
import type { Answer, Exchange, SandboxState } from './contract.mts';
import type { Directives } from './directives.mts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'media');
const subjects = ['gradients', 'pattern', 'fractal', 'life'];
const ratios = { '16:9': '16x9', '9:16': '9x16' };
const megabyte = 2 ** 20;

/** Where the finished video of a job will be; the same job always gets the same video. */
export function videoUrlOf(
	url: string,
	job: { id: string; aspectRatio?: string; directives: Directives },
): string {
	const base = `${url}/media/${pathSafe(job.id)}`;
	const megabytes = job.directives.get('megabytes');
	if (megabytes !== undefined) return `${base}/large.mp4?megabytes=${megabytes}`;
	const [byte] = createHash('sha256').update(job.id).digest();
	const ratio = ratios[job.aspectRatio === '9:16' ? '9:16' : '16:9'];
	return `${base}/${subjects[byte % subjects.length]}-${ratio}.mp4`;
}

/** Writes into the record whose job or upload a request is about. */
export function nameOwner({ record, params }: Exchange, { jobs, uploads }: SandboxState): void {
	const job = params.job && jobs.all().find(({ id }) => pathSafe(id) === params.job);
	if (job) {
		record.provider = job.provider;
		record.jobId = job.id;
	}
	const upload = record.call === 'file' && uploads.find(params.id);
	if (upload) record.provider = upload.provider;
}

/** Answers `/media/:job/:name`: the video of a completed job. */
export function jobMedia(exchange: Exchange, { jobs }: SandboxState): Answer {
	if (carriesKey(exchange)) return keyRefused();
	const { name } = exchange.params;
	const job = jobs.find(exchange.record.jobId ?? '');
	const offered = job?.videoUrl && new URL(job.videoUrl).pathname;
	if (job?.directives.has('link-gone')) return jsonAnswer(404, { error: 'the link has expired' });
	if (!offered?.endsWith(`/${name}`)) return jsonAnswer(404, { error: 'no such file' });
	if (name === 'large.mp4') return largeVideo(exchange);
	return { status: 200, body: { file: join(folder, name) } };
}

/** Answers `/media/large.mp4?megabytes=N`: a playable file of exactly that size. */
export function largeMedia(exchange: Exchange): Answer {
	return carriesKey(exchange) ? keyRefused() : largeVideo(exchange);
}

/** Answers `/files/:id/:name`: an uploaded reference image. */
export function uploadedFile(exchange: Exchange, { uploads }: SandboxState): Answer {
	const upload = uploads.find(exchange.params.id);
	if (carriesKey(exchange)) return keyRefused();
	if (!upload?.bytes) return jsonAnswer(404, { error: 'no such file' });
	return { status: 200, body: { buffer: upload.bytes, contentType: upload.contentType } };
}

function largeVideo({ query }: Exchange): Answer {
	const megabytes = Number(query.megabytes ?? 100);
	if (!Number.isFinite(megabytes) || megabytes < 1 || megabytes > 100_000) {
		return jsonAnswer(400, { error: 'megabytes must be a number from 1 to 100000' });
	}
	const bytes = Math.round(megabytes * megabyte);
	return { status: 200, body: { stream: padded(bytes), contentType: 'video/mp4', bytes } };
}

/** JSON of so many megabytes, which is never in memory as a whole. */
export function flood(megabytes: number): Answer {
	async function* text(): AsyncGenerator<Buffer> {
		const filling = Buffer.alloc(megabyte / 16, 'x');
		yield Buffer.from('{"detail":"');
		for (let left = Math.round(megabytes * 16); left > 0; left -= 1) yield filling;
		yield Buffer.from('"}');
	}
	return { status: 200, body: { stream: text(), contentType: 'application/json' } };
}

/** A real video followed by one `free` box, which players skip. */
async function* padded(bytes: number): AsyncGenerator<Buffer> {
	const video = readFileSync(join(folder, `${subjects[0]}-16x9.mp4`));
	const box = Buffer.alloc(16);
	box.writeUInt32BE(1, 0);
	box.write('free', 4, 'latin1');
	box.writeBigUInt64BE(BigInt(bytes - video.length), 8);
	yield video;
	yield box;
	const filling = Buffer.alloc(megabyte, 'sandbox ');
	for (let left = bytes - video.length - box.length; left > 0; left -= filling.length) {
		yield filling.subarray(0, Math.min(left, filling.length));
	}
}

function pathSafe(id: string): string {
	return id.replace(/[^\w.-]+/g, '-');
}

function carriesKey({ headers }: Exchange): boolean {
	return headers.authorization !== undefined;
}

// Media hosts are not the provider's API: a key that reaches them has leaked.
function keyRefused(): Answer {
	return jsonAnswer(400, { error: 'the media host takes no Authorization header' });
}
