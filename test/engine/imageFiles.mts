import type { IBinaryData } from 'n8n-workflow';

const starts = {
	'image/png': '\x89PNG\r\n\x1a\n',
	'image/jpeg': '\xff\xd8\xff\xe0\0\x10JFIF\0',
	'image/webp': 'RIFF\x24\0\0\0WEBPVP8 ',
};

export type ImageType = keyof typeof starts;

/** Bytes that begin like an image of the type, the same for the same content. */
export const imageOf = (type: ImageType, content: string): Buffer =>
	Buffer.from(`${starts[type]}${content}`, 'latin1');

/** A file in a binary field, as a node before ours would leave it. */
export const binaryOf = (bytes: Buffer, mimeType = 'image/png'): IBinaryData => ({
	data: bytes.toString('base64'),
	mimeType,
	fileName: 'my holiday.png',
});
