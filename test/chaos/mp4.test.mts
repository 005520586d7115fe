import { readFileSync } from 'node:fs';

import fc from 'fast-check';

import { Mp4Boxes } from '../../nodes/shared/video/mp4';
import { runs } from './runs.mts';

const video = readFileSync('sandbox/media/life-16x9.mp4');

const types = ['ftyp', 'moov', 'mdat', 'moof', 'free', 'uuid', 'meta', 'zzzz', '\0\0\0\0'];

const bytes = fc.uint8Array({ maxLength: 40 });

const seldom = <Value,>(value: fc.Arbitrary<Value>) =>
	fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });

/** A header with any length in it, true or not, and some bytes behind it. */
const box = fc
	.record({
		type: fc.constantFrom(...types),
		payload: bytes,
		lie: seldom(
			fc.oneof(fc.constantFrom(0, 1, 7, 8, 15, 16, 0x7fffffff, 0xffffffff), fc.nat({ max: 60 })),
		),
		long: seldom(
			fc.oneof(
				fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
				fc.constantFrom(0n, 8n, 16n, 2n ** 53n),
			),
		),
	})
	.map(({ type, payload, lie, long }) => {
		const header = Buffer.alloc(long === null ? 8 : 16);
		header.write(type, 4, 'latin1');
		if (long !== null) header.writeBigUInt64BE(long, 8);
		const whole = Buffer.concat([header, payload]);
		whole.writeUInt32BE(lie ?? (long === null ? whole.length : 1), 0);
		return whole;
	});

const start = Buffer.from('\0\0\0\x08ftyp', 'latin1');
const playable = Buffer.from('\0\0\0\x08ftyp\0\0\0\x09moov.\0\0\0\x09mdat.', 'latin1');

/** All that a player needs, and more, of which the last bytes may not have come. */
const nearlyWhole = fc
	.record({ boxes: fc.array(box, { maxLength: 3 }), missing: fc.nat({ max: 3 }) })
	.map(({ boxes, missing }) => {
		const file = Buffer.concat([playable, ...boxes]);
		return file.subarray(0, file.length - missing);
	});

const files = fc.oneof(
	{ weight: 1, arbitrary: bytes.map((all) => Buffer.from(all)) },
	{ weight: 4, arbitrary: nearlyWhole },
	{ weight: 3, arbitrary: fc.array(box, { maxLength: 8 }).map((boxes) => Buffer.concat(boxes)) },
	{
		weight: 3,
		arbitrary: fc.array(box, { maxLength: 8 }).map((boxes) => Buffer.concat([start, ...boxes])),
	},
	{
		weight: 1,
		arbitrary: fc
			.record({ at: fc.nat({ max: video.length - 1 }), by: fc.nat({ max: 255 }), cut: fc.nat() })
			.map(({ at, by, cut }) => {
				const changed = Buffer.from(video);
				changed[at % 4096] = by;
				return changed.subarray(0, cut % 3 === 0 ? at : video.length);
			}),
	},
);

/** Lengths of the pieces in which a file arrives; what is left comes as the last one. */
const pieces = fc.array(fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 5000 })), { maxLength: 30 });

function cutUp(file: Buffer, lengths: number[]): Buffer[] {
	const chunks: Buffer[] = [];
	let offset = 0;
	for (const length of [...lengths, file.length]) {
		chunks.push(file.subarray(offset, offset + length));
		offset = Math.min(file.length, offset + length);
	}
	return chunks;
}

/** More than a file of this size can need: a few steps for each header, and one for each chunk. */
const mostSteps = (file: Buffer, chunks: Buffer[]) => 10 * (file.length + chunks.length) + 100;

/** The file as it is read, where each look at the length of a chunk is a step. */
function read(file: Buffer, lengths: number[] = []) {
	const boxes = new Mp4Boxes();
	const chunks = cutUp(file, lengths);
	let steps = 0;
	for (const chunk of chunks) {
		// The bytes behind the chunk belong to others.
		const { length } = chunk;
		const among = Buffer.alloc(length + 64, 0xa5).subarray(32, 32 + length);
		among.set(chunk);
		Object.defineProperty(among, 'length', {
			get() {
				if (++steps > mostSteps(file, chunks)) throw new Error('it does not come to an end');
				return length;
			},
		});
		boxes.push(among);
	}
	return { isMp4: boxes.isMp4, isWhole: boxes.isWhole, steps };
}

/** By the book, of a file that is there at once: where its boxes end, and which there are. */
function walk(file: Buffer) {
	const found = new Set<string>();
	let at = 0n;
	while (at + 8n <= BigInt(file.length)) {
		const offset = Number(at);
		const short = file.readUInt32BE(offset);
		if (short === 1 && offset + 16 > file.length) break;
		const headerLength = short === 1 ? 16n : 8n;
		const size = short === 1 ? file.readBigUInt64BE(offset + 8) : BigInt(short);
		if (size < headerLength) return { found, isOpen: true, missing: 0n };
		found.add(file.toString('latin1', offset + 4, offset + 8));
		at += size;
	}
	return { found, isOpen: false, missing: at - BigInt(file.length) };
}

it('a file comes to the same in whatever pieces it arrives, and in steps that its length bounds', () => {
	fc.assert(
		fc.property(files, pieces, (file, lengths) => {
			const { steps: _, ...atOnce } = read(file);
			expect(read(file, lengths)).toMatchObject(atOnce);
		}),
		runs(1000),
	);
});

it('it is whole only when every box has arrived to its end, those that a player needs among them', () => {
	fc.assert(
		fc.property(files, pieces, (file, lengths) => {
			const { isMp4, isWhole } = read(file, lengths);
			const { found, isOpen, missing } = walk(file);
			if (isMp4 === undefined) expect(file.length).toBeLessThan(16);
			if (!isWhole) return;
			expect(isOpen).toBe(false);
			expect(found).toContain('moov');
			expect(found).toContain('mdat');
			expect(missing <= 0n).toBe(true);
		}),
		runs(1000),
	);
});

it('a video that is cut anywhere is not whole, and one that is not cut is', () => {
	fc.assert(
		fc.property(fc.nat({ max: video.length - 1 }), pieces, (length, lengths) => {
			expect(read(video.subarray(0, length), lengths).isWhole).not.toBe(true);
			expect(read(video, lengths)).toMatchObject({ isMp4: true, isWhole: true });
		}),
		runs(300),
	);
});
