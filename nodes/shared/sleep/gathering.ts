/** A delivery that is repeated must not make us ask the provider again and again. */
const askAgainAfterMs = 2000;

const readsAtATime = 5;

/** A resume that came to nothing may be tried again after this time. */
const resumesWithinMs = 10_000;

/**
 * What a look at a job showed: its end, that it runs, or nothing, because it could not be read.
 * `lost`: as if it had ended, because it can never be read; its own callback is a reason to try.
 */
export type JobReading<T> = { ended: T } | { lost: T } | 'running' | 'unknown';

export type ReadJob<T> = (index: number) => Promise<JobReading<T>>;

/**
 * `again`: not known yet, to be delivered once more; `asleep`: taken note of, others will be called
 * about; `complete`: all have ended.
 */
export type Verdict = 'again' | 'asleep' | 'complete';

type State = 'ended' | 'running' | 'unknown';

/**
 * What is known of the jobs of one sleeping execution. A mere cache: what it lacks is asked for
 * again, so that a restart of n8n loses nothing.
 */
export class Gathering<T> {
	readonly #ended = new Map<number, { result: T; isLost: boolean }>();

	readonly #called = new Map<number, { at: number; verdict: Promise<Verdict> }>();

	readonly #reads = new Map<number, Promise<State>>();

	#check?: Promise<State>;

	#nextCheck?: Promise<State>;

	#resumedAt = -Infinity;

	/** A callback about one job of `total`; repeated at once, it gets the same answer. */
	async onCallback(index: number, total: number, read: ReadJob<T>, now: number): Promise<Verdict> {
		const before = this.#called.get(index);
		if (before && now - before.at < askAgainAfterMs) return await before.verdict;
		const verdict = this.#findOut(index, total, read);
		this.#called.set(index, { at: now, verdict });
		return await verdict;
	}

	/** Whether the caller, the only one for a while, is to wake the execution of `total` jobs. */
	mayResume(total: number, now: number): boolean {
		if (this.#ended.size < total || now - this.#resumedAt < resumesWithinMs) return false;
		this.#resumedAt = now;
		return true;
	}

	/** What a job has come to; undefined where that is not known. */
	resultOf(index: number): T | undefined {
		return this.#ended.get(index)?.result;
	}

	/** Frees what is not needed once the execution is awake; should it not be, all is asked for again. */
	forget(): void {
		this.#ended.clear();
		this.#called.clear();
	}

	async #findOut(index: number, total: number, read: ReadJob<T>): Promise<Verdict> {
		// What was asked before the callback came may have been too early.
		await this.#reads.get(index);
		const isLost = this.#ended.get(index)?.isLost;
		const own = await (isLost ? this.#ask(index, read) : this.#readOnce(index, read));
		if (own !== 'ended') return 'again';
		const all = await this.#readAll(total, read);
		if (all === 'ended') return 'complete';
		// An unread job may never call again; ask for this callback to be redelivered.
		return all === 'unknown' ? 'again' : 'asleep';
	}

	/** Those that meet here share one question. */
	async #readOnce(index: number, read: ReadJob<T>): Promise<State> {
		if (this.#ended.has(index)) return 'ended';
		const asked = this.#reads.get(index) ?? this.#ask(index, read);
		this.#reads.set(index, asked);
		return await asked;
	}

	async #ask(index: number, read: ReadJob<T>): Promise<State> {
		try {
			const reading = await read(index);
			if (reading === 'running') this.#ended.delete(index);
			if (typeof reading === 'string') return reading;
			const isLost = 'lost' in reading;
			this.#ended.set(index, { result: isLost ? reading.lost : reading.ended, isLost });
			return 'ended';
		} catch {
			return 'unknown';
		} finally {
			this.#reads.delete(index);
		}
	}

	/** One check for all that come while none is under way, one more for those that come meanwhile. */
	async #readAll(total: number, read: ReadJob<T>): Promise<State> {
		if (!this.#check) {
			this.#check = this.#probe(total, read).finally(() => (this.#check = undefined));
			return await this.#check;
		}
		// The one under way may have passed a job that has ended since.
		this.#nextCheck ??= this.#check.then(async () => {
			this.#nextCheck = undefined;
			return await this.#readAll(total, read);
		});
		return await this.#nextCheck;
	}

	/**
	 * The newest first: it is the most likely to be still running, which answers the question. Where
	 * it is not, as after a restart, more and more at a time.
	 */
	async #probe(total: number, read: ReadJob<T>): Promise<State> {
		const open = [...Array(total).keys()].reverse().filter((index) => !this.#ended.has(index));
		let all: State = 'ended';
		for (let size = 1; open.length > 0; size = Math.min(2 * size, readsAtATime)) {
			const indexes = open.splice(0, size);
			const states = await Promise.all(
				indexes.map(async (index) => await this.#readOnce(index, read)),
			);
			if (states.includes('running')) return 'running';
			if (states.includes('unknown')) all = 'unknown';
		}
		return all;
	}
}
