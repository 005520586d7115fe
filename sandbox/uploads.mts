import { randomUUID } from 'node:crypto';
import { isPrivateAddress } from './network.mts';

export interface Upload {
	id: string;
	provider: string;
	name: string;
	contentType: string;
	/** Undefined until the bytes have arrived. */
	bytes?: Buffer;
	createdAt: number;
	expiresAt: number;
}

/** Reference images that clients uploaded; served again below `/files`. */
export class UploadShelf {
	readonly #uploads = new Map<string, Upload>();
	readonly #url: () => string;

	constructor(url: () => string) {
		this.#url = url;
	}

	add(upload: Pick<Upload, 'provider' | 'name' | 'contentType' | 'bytes'>, hours: number): Upload {
		const createdAt = Date.now();
		const expiresAt = createdAt + hours * 3_600_000;
		const kept = { ...upload, id: randomUUID(), createdAt, expiresAt };
		this.#uploads.set(kept.id, kept);
		return kept;
	}

	find(id: string): Upload | undefined {
		const upload = this.#uploads.get(id);
		return upload && upload.expiresAt > Date.now() ? upload : undefined;
	}

	urlOf(upload: Upload): string {
		return `${this.#url()}/files/${upload.id}/${encodeURIComponent(upload.name)}`;
	}

	/** Index of the first image that a provider could not download, -1 when all look fine. */
	firstUnreadable(imageUrls: string[]): number {
		return imageUrls.findIndex((imageUrl) => {
			if (imageUrl.startsWith('data:')) return false;
			if (!imageUrl.startsWith(`${this.#url()}/`)) return isPrivateAddress(imageUrl);
			const id = /^\/files\/([^/]+)\//.exec(new URL(imageUrl).pathname)?.[1];
			return !this.find(id ?? '')?.bytes;
		});
	}

	clear(): void {
		this.#uploads.clear();
	}
}

const extensions: Record<string, string> = {
	png: 'image/png',
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	webp: 'image/webp',
	gif: 'image/gif',
};

/** Image type by the first bytes, else by the file name; undefined when neither says image. */
export function imageTypeOf(bytes: Buffer, fileName = ''): string | undefined {
	const start = bytes.subarray(0, 12).toString('latin1');
	if (start.startsWith('\x89PNG')) return 'image/png';
	if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
	if (start.startsWith('GIF8')) return 'image/gif';
	if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
	return extensions[fileName.split('.').pop()?.toLowerCase() ?? ''];
}
