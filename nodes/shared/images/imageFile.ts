import { createHash } from 'node:crypto';

import type { IBinaryData } from 'n8n-workflow';

import { badInput } from '../n8n/failure';
import { filesOf, textOf } from '../n8n/item';
import type { BinaryField, Item } from '../n8n/item';
import type { ImageFile, ModelSpec } from '../types';

type ImageType = ImageFile['mimeType'];

const extensions: Record<ImageType, string> = {
	'image/png': 'png',
	'image/jpeg': 'jpg',
	'image/webp': 'webp',
};

const typeNames: Record<ImageType, string> = {
	'image/png': 'PNG',
	'image/jpeg': 'JPEG',
	'image/webp': 'WebP',
};

/** The types of images that a model takes, in words. */
export function typesOf({ images }: ModelSpec): string {
	const { types = Object.keys(typeNames) as ImageType[] } = images;
	return types.map((type) => typeNames[type]).join(' or ');
}

/** What a file is declared as when nobody has looked at it; n8n's own last resort is text/plain. */
const undeclared = [
	'',
	'*/*',
	'image/*',
	'text/plain',
	'binary/octet-stream',
	'application/octet-stream',
	'application/binary',
	'application/download',
	'application/x-download',
	'application/force-download',
];

const otherNames: Record<string, ImageType> = {
	'image/jpg': 'image/jpeg',
	'image/pjpeg': 'image/jpeg',
	'image/x-png': 'image/png',
};

/** A reference image in a binary field, checked. Its bytes are read again when it is uploaded. */
export interface BinaryImage {
	field: BinaryField;
	mimeType: ImageType;
	/** SHA-256 of the bytes. */
	hash: string;
}

/** The type by the first bytes; undefined where they are not those of a PNG, JPEG or WebP image. */
export function imageTypeOf(bytes: Buffer): ImageType | undefined {
	const start = bytes.subarray(0, 12).toString('latin1');
	if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
	if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
	if (start.startsWith('RIFF') && start.slice(8) === 'WEBP') return 'image/webp';
	return undefined;
}

/**
 * Whether the declared type is acceptable for an image. A PNG that is declared as a JPEG is only
 * misnamed, and is uploaded as a PNG. A file that is declared as a page or a video is not what the
 * user meant.
 */
function mayDeclare(mimeType: string | undefined): boolean {
	const declared = (mimeType ?? '').split(';')[0].trim().toLowerCase();
	return undeclared.includes(declared) || (otherNames[declared] ?? declared) in extensions;
}

/**
 * Looks at the image in a binary field before anything is uploaded.
 *
 * @throws NodeOperationError that names item and field
 */
export async function checkImage(
	item: Item,
	field: BinaryField,
	model: ModelSpec,
	maxBytes: number,
): Promise<BinaryImage> {
	const data = describe(item, field);
	// Where n8n knows the size, a file that is too large is not even loaded.
	const size = await sizeOf(item, data);
	if (size > maxBytes) throw tooLarge(item, field, size, maxBytes);
	const bytes = await readBytes(item, field);
	if (bytes.length > maxBytes) throw tooLarge(item, field, bytes.length, maxBytes);
	const mimeType = imageTypeOf(bytes);
	if (!mimeType || !mayDeclare(data.mimeType)) {
		const found = mimeType ?? (bytes.length === 0 ? 'an empty file' : 'something else');
		throw badInput(
			item,
			`Binary field "${nameOf(field)}" is not a PNG, JPEG or WebP image: it is declared as ${data.mimeType || 'nothing'}, and its bytes are ${found}`,
			'Convert the image, for example with the Edit Image node, or name another field in Input Data Field Name(s)',
		);
	}
	if (model.images.types && !model.images.types.includes(mimeType)) {
		throw badInput(
			item,
			`Binary field "${nameOf(field)}" is a ${typeNames[mimeType]} image, which ${model.name} of ${item.provider.displayName} does not take`,
			`Convert it to ${typesOf(model)}, for example with the Edit Image node`,
		);
	}
	return { field, mimeType, hash: createHash('sha256').update(bytes).digest('hex') };
}

/** The image as it is uploaded, under a name that tells nothing about the user's files. */
export async function loadImage(
	item: Item,
	{ field, mimeType, hash }: BinaryImage,
): Promise<ImageFile> {
	const bytes = await readBytes(item, field);
	return { bytes, mimeType, fileName: `image-${hash.slice(0, 16)}.${extensions[mimeType]}` };
}

/** In bytes; 0 where n8n does not know it. */
async function sizeOf({ functions }: Item, { bytes, id }: IBinaryData): Promise<number> {
	if (bytes !== undefined || !id) return bytes ?? 0;
	// n8n 1 keeps the size with the file.
	const metadata = await functions.helpers.getBinaryMetadata(id).catch(() => undefined);
	return metadata?.fileSize ?? 0;
}

function describe(item: Item, field: BinaryField): IBinaryData {
	const data = find(item, field);
	if (data) return data;
	const names = Object.keys(filesOf(item.input));
	const offered =
		typeof field === 'string' || names.length === 0
			? `The item has ${names.join(', ') || 'no binary field'}.`
			: `Give its name (${names.join(', ')}) instead of an expression for the file.`;
	throw badInput(
		item,
		`There is no binary field "${nameOf(field)}"`,
		`${offered} Correct Input Data Field Name(s), or make the node before this one output the file`,
	);
}

export const nameOf = (field: BinaryField) =>
	textOf(typeof field === 'string' ? field : (field.fileName ?? 'file')).slice(0, 100);

function find(item: Item, field: BinaryField): IBinaryData | undefined {
	try {
		return item.binary?.describe(located(item, field));
	} catch {
		// n8n throws where the field is missing.
		return undefined;
	}
}

/** In workflows with combined binary data, n8n takes the file itself and does not know its name. */
function located({ input }: Item, field: BinaryField): BinaryField {
	if (typeof field !== 'string' || input.binary) return field;
	return filesOf(input)[field] ?? field;
}

async function readBytes(item: Item, field: BinaryField): Promise<Buffer> {
	const bytes = await item.binary?.read(located(item, field)).catch(() => undefined);
	if (bytes) return bytes;
	throw badInput(
		item,
		`The file in binary field "${nameOf(field)}" can no longer be read`,
		'n8n has probably deleted it; run the workflow again from the node that outputs the file',
	);
}

function tooLarge(item: Item, field: BinaryField, size: number, maxBytes: number) {
	const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
	return badInput(
		item,
		`The image in binary field "${nameOf(field)}" has ${megabytes(size)}; ${item.provider.displayName} takes at most ${megabytes(maxBytes)}`,
		'Make it smaller, for example with the Edit Image node or as a JPEG',
	);
}
