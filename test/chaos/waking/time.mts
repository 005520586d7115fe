interface Waiting {
	due: number;
	wake: () => void;
}

/** Time that passes only when it is told to. Timers go by it; the clock on the wall may jump. */
export class VirtualTime {
	/** As timers count it: it never jumps. */
	#passed = 0;

	#wall: number;

	#latest: number;

	#waiting: Waiting[] = [];

	constructor(start: number) {
		this.#wall = start;
		this.#latest = start;
	}

	get now(): number {
		return this.#wall + this.#passed;
	}

	/** As timers count it, in milliseconds. */
	get passed(): number {
		return this.#passed;
	}

	/** The latest time that the clock on the wall has shown since it was asked to remember. */
	get latest(): number {
		return this.#latest;
	}

	rememberFromNow(): void {
		this.#latest = this.now;
	}

	jump(ms: number): void {
		this.#wall += ms;
		this.#look();
	}

	after(ms: number, wake: () => void): void {
		this.#waiting.push({ due: this.#passed + Math.max(0, ms), wake });
	}

	/** All timers are gone, as with the process that had set them. */
	forget(): void {
		this.#waiting = [];
	}

	/**
	 * @param settle waits until nothing more happens without time passing
	 * @param alarm a time on the wall that must not be passed over
	 */
	async pass(ms: number, settle: () => Promise<void>, alarm: () => number): Promise<void> {
		const end = this.#passed + ms;
		await settle();
		while (this.#passed < end) {
			const next = Math.min(...this.#waiting.map(({ due }) => due));
			const untilAlarm = alarm() - this.#wall;
			const stops = [end, next, untilAlarm].filter((stop) => stop > this.#passed);
			this.#passed = Math.min(...stops);
			this.#look();
			const due = this.#waiting.filter((waiting) => waiting.due <= this.#passed);
			this.#waiting = this.#waiting.filter((waiting) => waiting.due > this.#passed);
			for (const { wake } of due) wake();
			await settle();
		}
	}

	#look(): void {
		this.#latest = Math.max(this.#latest, this.now);
	}
}
