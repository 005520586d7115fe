/** ISO/IEC 14496-12, and QuickTime: the boxes that such a file may begin with. */
const firstBoxes = [
	'ftyp',
	'styp',
	'moov',
	'moof',
	'mdat',
	'free',
	'skip',
	'wide',
	'sidx',
	'uuid',
	'pdin',
	'pnot',
];

/** Boxes that may only follow others. */
const laterBoxes = ['mfra', 'meta', 'udta', 'emsg', 'prft', 'ssix'];

/** The boxes that a player needs. */
const neededBoxes = ['moov', 'mdat'];

/** A long video in fragments has some hundreds. In what has more, the boxes do not tell anything. */
const maxBoxes = 5000;

const shortHeader = 8;
const longHeader = 16;

/** Reads the top-level boxes of an MP4 file as it streams by, and keeps none of its bytes. */
export class Mp4Boxes {
	/** Bytes of the header that is being read. */
	#header = Buffer.alloc(0);

	/** Bytes of the file that have passed so far. */
	#position = 0;

	/** Where the next box begins; Infinity when the last one goes to the end of the file. */
	#next = 0;

	/** Of the boxes that a player needs. */
	readonly #found = new Set<string>();

	#boxes = 0;

	#isMp4?: boolean;

	push(chunk: Buffer): void {
		let offset = 0;
		while (this.#isMp4 !== false && offset < chunk.length) {
			const left = this.#next - this.#position;
			if (left > 0) {
				const skipped = Math.min(left, chunk.length - offset);
				this.#position += skipped;
				offset += skipped;
				continue;
			}
			const wanted = this.#headerLength() - this.#header.length;
			const part = chunk.subarray(offset, offset + wanted);
			this.#header = Buffer.concat([this.#header, part]);
			offset += part.length;
			if (this.#header.length === this.#headerLength()) this.#enterBox();
		}
	}

	/** Whether the file begins like an MP4; undefined as long as there are too few bytes to tell. */
	get isMp4(): boolean | undefined {
		return this.#isMp4;
	}

	/** Whether all boxes have arrived to their end; undefined where the boxes do not tell. */
	get isWhole(): boolean | undefined {
		if (!this.#isMp4 || this.#next === Infinity) return undefined;
		return this.#position >= this.#next && this.#isPlayable;
	}

	get #isPlayable(): boolean {
		return neededBoxes.every((type) => this.#found.has(type));
	}

	/** A box of 4 GB or more has a second length behind its type. */
	#headerLength(): number {
		const isLong = this.#header.length >= shortHeader && this.#header.readUInt32BE(0) === 1;
		return isLong ? longHeader : shortHeader;
	}

	#enterBox(): void {
		const header = this.#header;
		this.#header = Buffer.alloc(0);
		const type = header.toString('latin1', 4, shortHeader);
		this.#isMp4 ??= firstBoxes.includes(type);
		if (neededBoxes.includes(type)) this.#found.add(type);
		const short = header.readUInt32BE(0);
		const size = short === 1 ? Number(header.readBigUInt64BE(shortHeader)) : short;
		// What follows the boxes that a player needs may be a comment and no box at all.
		const isKnown = firstBoxes.includes(type) || laterBoxes.includes(type);
		const isBox = (isKnown || !this.#isPlayable) && (size === 0 || size >= header.length);
		const goesOn = isBox && size !== 0 && ++this.#boxes < maxBoxes;
		this.#next = goesOn ? this.#position + size : Infinity;
		this.#position += header.length;
	}
}
