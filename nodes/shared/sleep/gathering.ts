import { isWithin } from '../time/expiringCache';
import { concurrently } from '../time/concurrently';

/** A delivery that is repeated must not make us ask the provider again and again. */
const askAgainAfterMs = 2000;

const readsAtATime = 5;

/** A resume that came to nothing may be tried again after this time. */
const resumesWithinMs = 10_000;

/**
 * What a look at a job showed: that it has ended, that it runs, or nothing, because it could not be
 * read. `lost` counts as ended, because the job can never be read; its own callback is a reason to
 * try once more.
 */
export type JobReading<T> = { ended: T } | { lost: T } | 'running' | 'unknown';

export type ReadJob<T> = (index: number) => Promise<JobReading<T>>;

/**
 * `again`: the callback is to be delivered once more, because its job is not known to have ended.
 * `asleep`: its job has ended, and there will be callbacks about others. `complete`: all jobs have
 * ended.
 */
export type Verdict = 'again' | 'asleep' | 'complete';

type State = 'ended' | 'running' | 'unknown';

/**
 * What is known of the jobs of one sleeping execution. It is only a cache: what it lacks is asked
 * for again, so that a restart of n8n loses nothing.
 */
export class Gathering<T> {
	readonly #ended = new Map<number, { result: T; isLost: boolean }>();

	readonly #called = new Map<number, { at: number; verdict: Promise<Verdict> }>();

	readonly #reads = new Map<number, Promise<State>>();

	#check?: Promise<State>;

	#nextCheck?: Promise<State>;

	#resumedAt = -Infinity;

	/**
	 * Takes a callback about one job of `total`. When it is repeated at once, it gets the same
	 * answer.
	 */
	async onCallback(index: number, total: number, read: ReadJob<T>, now: number): Promise<Verdict> {
		const before = this.#called.get(index);
		if (before && isWithin(askAgainAfterMs, before.at, now)) return await before.verdict;
		const verdict = this.#findOut(index, total, read);
		this.#called.set(index, { at: now, verdict });
		return await verdict;
	}

	/**
	 * Takes the word of the node's own watcher that all jobs have ended. What it has found out itself
	 * is not asked for again, and nobody but it calls about its jobs: `asleep` is no answer to it.
	 */
	async onWatcher(total: number, read: ReadJob<T>): Promise<Verdict> {
		return (await this.#readAll(total, read)) === 'ended' ? 'complete' : 'again';
	}

	/** What the node's own watcher has found out; an end that is known already stays. */
	learn(index: number, reading: Exclude<JobReading<T>, string>): void {
		if (this.#ended.get(index)?.isLost === false) return;
		const isLost = 'lost' in reading;
		this.#ended.set(index, { result: isLost ? reading.lost : reading.ended, isLost });
	}

	/** Asks about all of `total` jobs that are not known to have ended. */
	async readRest(total: number, read: ReadJob<T>): Promise<void> {
		const open = [...Array(total).keys()].filter((index) => !this.#ended.has(index));
		await concurrently(open, readsAtATime, async (index) => await this.#readOnce(index, read));
	}

	/**
	 * Whether the caller may wake the execution of `total` jobs. For a while, only one caller may.
	 */
	mayResume(total: number, now: number): boolean {
		return this.#ended.size >= total && this.mayResumeUnfinished(now);
	}

	/** The same when the time is up, whatever the jobs have come to. */
	mayResumeUnfinished(now: number): boolean {
		if (isWithin(resumesWithinMs, this.#resumedAt, now)) return false;
		this.#resumedAt = now;
		return true;
	}

	/** What a job has come to; undefined where that is not known. */
	resultOf(index: number): T | undefined {
		return this.#ended.get(index)?.result;
	}

	/**
	 * Forgets the jobs, once the execution is awake. Should it not wake, all jobs are asked about
	 * again.
	 */
	forget(): void {
		this.#ended.clear();
		this.#called.clear();
	}

	async #findOut(index: number, total: number, read: ReadJob<T>): Promise<Verdict> {
		// A read that began before the callback came may have been too early.
		await this.#reads.get(index);
		const isLost = this.#ended.get(index)?.isLost;
		const own = await (isLost ? this.#ask(index, read) : this.#readOnce(index, read));
		if (own !== 'ended') return 'again';
		const all = await this.#readAll(total, read);
		if (all === 'ended') return 'complete';
		// An unread job may never call again; ask for this callback to be redelivered.
		return all === 'unknown' ? 'again' : 'asleep';
	}

	/** Callbacks that come at the same time share one read. */
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

	/**
	 * Callbacks that come at the same time share one check. Those that come while it is under way
	 * share the next one.
	 */
	async #readAll(total: number, read: ReadJob<T>): Promise<State> {
		if (!this.#check) {
			this.#check = this.#probe(total, read).finally(() => (this.#check = undefined));
			return await this.#check;
		}
		// The check under way may have read a job before it ended.
		this.#nextCheck ??= this.#check.then(async () => {
			this.#nextCheck = undefined;
			return await this.#readAll(total, read);
		});
		return await this.#nextCheck;
	}

	/**
	 * Reads the newest job first: it is the most likely one to be running still, and then the answer
	 * is known. Otherwise, as after a restart, more and more jobs are read at a time.
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
