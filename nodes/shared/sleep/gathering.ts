/** A delivery that is repeated must not make us ask the provider again and again. */
const askAgainAfterMs = 2000;

/** A resume that came to nothing may be tried again after this time. */
const resumesWithinMs = 10_000;

/** Longer than any provider tries to deliver. */
const forgetAfterMs = 24 * 60 * 60 * 1000;

/** Asks about one job: what it has come to, or undefined while it runs. */
export type Look<T> = (index: number) => Promise<T | undefined>;

export type Hearing = 'running' | 'asleep' | 'complete';

/**
 * What is known of the jobs of one sleeping execution. A mere cache: what it lacks is asked for
 * again, so that a restart of n8n loses nothing.
 */
export class Gathering<T> {
	readonly #ended = new Map<number, T>();

	readonly #heardAt = new Map<number, number>();

	readonly #looks = new Map<number, Promise<boolean>>();

	#check?: Promise<boolean>;

	#nextCheck?: Promise<boolean>;

	#resumedAt = -Infinity;

	/**
	 * A callback about one job of `total`. `running`: not yet, to be delivered again; `asleep`: taken
	 * note of; `complete`: all have ended, and this caller, the only one, is to wake the execution.
	 */
	async hear(index: number, total: number, look: Look<T>, now: number): Promise<Hearing> {
		if (now - (this.#heardAt.get(index) ?? -Infinity) < askAgainAfterMs) {
			return this.#ended.has(index) ? 'asleep' : 'running';
		}
		this.#heardAt.set(index, now);
		if (!(await this.#hasEnded(index, look))) return 'running';
		if (!(await this.#haveAllEnded(total, look))) return 'asleep';
		if (now - this.#resumedAt < resumesWithinMs) return 'asleep';
		this.#resumedAt = now;
		return 'complete';
	}

	/** What a job has come to; undefined where that is not known. */
	resultOf(index: number): T | undefined {
		return this.#ended.get(index);
	}

	/** Callbacks that meet here share one question. */
	async #hasEnded(index: number, look: Look<T>): Promise<boolean> {
		if (this.#ended.has(index)) return true;
		const asked = this.#looks.get(index) ?? this.#ask(index, look);
		this.#looks.set(index, asked);
		return await asked;
	}

	async #ask(index: number, look: Look<T>): Promise<boolean> {
		try {
			const result = await look(index);
			if (result !== undefined) this.#ended.set(index, result);
			return result !== undefined;
		} finally {
			this.#looks.delete(index);
		}
	}

	/** One check for all that come while none is under way, one more for those that come meanwhile. */
	async #haveAllEnded(total: number, look: Look<T>): Promise<boolean> {
		if (!this.#check) {
			this.#check = this.#probe(total, look).finally(() => (this.#check = undefined));
			return await this.#check;
		}
		// The one under way may have passed a job that has ended since.
		this.#nextCheck ??= this.#check
			.catch(() => false)
			.then(async () => {
				this.#nextCheck = undefined;
				return await this.#haveAllEnded(total, look);
			});
		return await this.#nextCheck;
	}

	/** The newest first: it is the most likely to be still running, which answers the question. */
	async #probe(total: number, look: Look<T>): Promise<boolean> {
		for (let index = total - 1; index >= 0; index--) {
			if (!(await this.#hasEnded(index, look))) return false;
		}
		return true;
	}
}

interface Kept<T> {
	gathering: Gathering<T>;
	usedAt: number;
}

/** The gatherings of a process, each for as long as a provider may call about it. */
export class Gatherings<T> {
	readonly #kept = new Map<string, Kept<T>>();

	of(key: string, now: number): Gathering<T> {
		const kept = this.#kept.get(key) ?? { gathering: new Gathering<T>(), usedAt: now };
		kept.usedAt = now;
		// The one used last stands last.
		this.#kept.delete(key);
		this.#kept.set(key, kept);
		for (const [other, { usedAt }] of this.#kept) {
			if (now - usedAt <= forgetAfterMs) break;
			this.#kept.delete(other);
		}
		return kept.gathering;
	}
}
