import { readFileSync } from 'node:fs';

import { Mp4Boxes } from '../../../nodes/shared/video/mp4';

const video = readFileSync('sandbox/media/life-16x9.mp4');

function read(file: Buffer, chunkSize = file.length): Mp4Boxes {
	const boxes = new Mp4Boxes();
	for (let offset = 0; offset < file.length; offset += chunkSize) {
		boxes.push(file.subarray(offset, offset + chunkSize));
	}
	return boxes;
}

/** A box of zeros, `size` bytes with its header. */
function box(type: string, size: number, announced = size): Buffer {
	const bytes = Buffer.alloc(size);
	bytes.writeUInt32BE(announced, 0);
	bytes.write(type, 4, 'latin1');
	return bytes;
}

function longBox(type: string, size: number): Buffer {
	const bytes = box(type, size, 1);
	bytes.writeBigUInt64BE(BigInt(size), 8);
	return bytes;
}

it.each([1, 3, 8, 13, 4096, video.length])('a video in chunks of %d bytes is whole', (size) => {
	expect(read(video, size)).toMatchObject({ isMp4: true, isWhole: true });
});

it.each([1, 100, video.length / 2, video.length - 40])(
	'is not whole without %d bytes',
	(missing) => {
		expect(read(video.subarray(0, video.length - Math.floor(missing)))).toMatchObject({
			isMp4: true,
			isWhole: false,
		});
	},
);

it('boxes with a long length are followed', () => {
	const file = Buffer.concat([box('ftyp', 24), longBox('mdat', 5000), box('moov', 100)]);
	for (const size of [1, 5, file.length]) {
		expect(read(file, size).isWhole).toBe(true);
		expect(read(file.subarray(0, -1), size).isWhole).toBe(false);
	}
});

it('cut between two boxes it is not whole', () => {
	const boxes = [box('ftyp', 24), box('mdat', 5000), box('moov', 100)];
	expect(read(Buffer.concat(boxes)).isWhole).toBe(true);
	expect(read(Buffer.concat(boxes.slice(0, 1))).isWhole).toBe(false);
	expect(read(Buffer.concat(boxes.slice(0, 2))).isWhole).toBe(false);
});

it('a box that goes to the end of the file leaves it open', () => {
	const file = Buffer.concat([box('ftyp', 24), box('mdat', 5000, 0)]);
	expect(read(file)).toMatchObject({ isMp4: true, isWhole: undefined });
});

it.each([1, 7, 100])('%d bytes of padding behind the last box do not make it short', (padding) => {
	const padded = Buffer.concat([video, Buffer.alloc(padding)]);
	expect(read(padded, 10).isWhole).not.toBe(false);
});

it('a comment behind the last box does not make it short', () => {
	expect(read(Buffer.concat([video, Buffer.from('Produced by nobody')])).isWhole).not.toBe(false);
});

it.each([
	['a page', '<!DOCTYPE html><html><body>Not found</body></html>'],
	['JSON', '{"error":"not found"}'],
	['zeros', '\0'.repeat(100)],
])('%s is no MP4', (_, text) => {
	expect(read(Buffer.from(text))).toMatchObject({ isMp4: false, isWhole: undefined });
});

it('fewer than eight bytes do not tell whether it is an MP4', () => {
	expect(read(video.subarray(0, 7))).toMatchObject({ isMp4: undefined, isWhole: undefined });
});

describe('a file of very many boxes', () => {
	/** Each with a type of its own. */
	const boxes = (count: number) => {
		const bytes = Buffer.alloc(count * 8);
		for (let index = 0; index < count; index++) {
			bytes.writeUInt32BE(8, index * 8);
			bytes.writeUInt32BE(0x61000000 + index, index * 8 + 4);
		}
		return bytes;
	};
	const start = Buffer.concat([box('ftyp', 24), box('moov', 8)]);

	it('is read as long as a video in fragments might have as many', () => {
		const fragments = Array.from({ length: 2000 }, () => [box('moof', 50), box('mdat', 9)]);
		const file = Buffer.concat([start, ...fragments.flat()]);
		expect(read(file, 1000).isWhole).toBe(true);
		expect(read(file.subarray(0, -1), 1000).isWhole).toBe(false);
	});

	it('is given up: the boxes do not tell whether it is whole, and nothing more is read', () => {
		const file = Buffer.concat([start, boxes(5000)]);
		expect(read(file).isWhole).toBeUndefined();
		const seen = read(file);
		const readUInt32BE = jest.spyOn(Buffer.prototype, 'readUInt32BE');
		const concat = jest.spyOn(Buffer, 'concat');
		for (let megabyte = 0; megabyte < 128; megabyte++) seen.push(Buffer.alloc(2 ** 20, 8));
		expect([readUInt32BE.mock.calls, concat.mock.calls]).toEqual([[], []]);
		jest.restoreAllMocks();
		expect(seen).toMatchObject({ isMp4: true, isWhole: undefined });
	});
});
