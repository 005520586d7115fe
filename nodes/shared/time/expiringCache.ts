/**
 * Whether less time has passed since then. A clock that was set back does not stop the time: nothing
 * is kept, or held up, until it has caught up.
 */
export const isWithin = (ms: number, then: number, now: number) => Math.abs(now - then) < ms;

/**
 * Keeps values for some time after they were last set. When there are too many, the oldest are
 * forgotten first.
 */
export class ExpiringCache<Value> {
	readonly #kept = new Map<string, { value: Value; setAt: number }>();

	readonly #lifeMs: number;

	readonly #maxEntries: number;

	constructor(lifeMs: number, maxEntries: number) {
		this.#lifeMs = lifeMs;
		this.#maxEntries = maxEntries;
	}

	get(key: string, now: number): Value | undefined {
		const entry = this.#kept.get(key);
		return entry && isWithin(this.#lifeMs, entry.setAt, now) ? entry.value : undefined;
	}

	/** What is kept, or else what is made now. */
	getOrSet(key: string, now: number, make: () => Value): Value {
		const known = this.get(key, now);
		if (known !== undefined) return known;
		const made = make();
		this.set(key, made, now);
		return made;
	}

	set(key: string, value: Value, now: number): void {
		// Sets it anew, so that the map stays in the order of setting.
		this.#kept.delete(key);
		this.#kept.set(key, { value, setAt: now });
		for (const [other, { setAt }] of this.#kept) {
			if (isWithin(this.#lifeMs, setAt, now) && this.#kept.size <= this.#maxEntries) break;
			this.#kept.delete(other);
		}
	}

	delete(key: string): void {
		this.#kept.delete(key);
	}
}
