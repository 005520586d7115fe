/** Longer than any provider tries to deliver. */
const forgetAfterMs = 24 * 60 * 60 * 1000;

/** Values that are made when they are first asked for, and forgotten a day after the last time. */
export class DayCache<V> {
	readonly #kept = new Map<string, { value: V; usedAt: number }>();

	readonly #make: () => V;

	constructor(make: () => V) {
		this.#make = make;
	}

	of(key: string, now: number): V {
		const value = this.#kept.has(key) ? (this.#kept.get(key)?.value as V) : this.#make();
		// The one used last stands last.
		this.#kept.delete(key);
		this.#kept.set(key, { value, usedAt: now });
		for (const [other, { usedAt }] of this.#kept) {
			if (now - usedAt <= forgetAfterMs) break;
			this.#kept.delete(other);
		}
		return value;
	}
}
