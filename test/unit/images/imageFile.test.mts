import { imageTypeOf } from '../../../nodes/shared/images/imageFile';
import { imageOf } from '../../engine/imageFiles.mts';

const bytes = (...values: Array<string | number[]>) =>
	Buffer.concat(values.map((value) => Buffer.from(value as string, 'latin1')));

describe('the type of an image by its first bytes', () => {
	it.each(['image/png', 'image/jpeg', 'image/webp'] as const)('%s', (type) => {
		expect(imageTypeOf(imageOf(type, 'a fox'))).toBe(type);
	});

	it.each([
		['a JPEG of a camera', bytes([0xff, 0xd8, 0xff, 0xe1], '..Exif'), 'image/jpeg'],
		['a lossless WebP', bytes('RIFF', [1, 2, 3, 4], 'WEBPVP8L'), 'image/webp'],
		['a PNG that has nothing but its signature', bytes('\x89PNG\r\n\x1a\n'), 'image/png'],
	])('%s', (_, file, type) => {
		expect(imageTypeOf(file)).toBe(type);
	});

	it.each([
		['nothing', bytes('')],
		['text', bytes('a fox')],
		['a page', bytes('<!doctype html><title>image/png</title>')],
		['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>')],
		['a GIF', bytes('GIF89a', [1, 0, 1, 0])],
		['a BMP', bytes('BM', [0, 0, 0, 0])],
		['a TIFF', bytes('II*\0')],
		['an AVIF', bytes([0, 0, 0, 28], 'ftypavif')],
		['a HEIC', bytes([0, 0, 0, 24], 'ftypheic')],
		['an MP4', bytes([0, 0, 0, 24], 'ftypisom')],
		['a WAV, which is RIFF too', bytes('RIFF', [1, 2, 3, 4], 'WAVE')],
		['a PDF', bytes('%PDF-1.7')],
		['a PNG whose line ends were rewritten', bytes('\x89PNG\n\x1a\n')],
		['half a PNG signature', bytes('\x89PNG')],
		['half a JPEG signature', bytes([0xff, 0xd8])],
		['half a WebP signature', bytes('RIFF', [1, 2, 3, 4], 'WEB')],
		['a PNG behind white space', bytes(' \x89PNG\r\n\x1a\n')],
	])('%s is none of them', (_, file) => {
		expect(imageTypeOf(file)).toBeUndefined();
	});
});
