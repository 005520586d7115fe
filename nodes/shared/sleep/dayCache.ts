import { tokenLifeMs } from '../callback/token';

/** Values that are forgotten a day after they were last set: nobody calls about them any more. */
export class DayCache<V> {
	readonly #kept = new Map<string, { value: V; setAt: number }>();

	get(key: string): V | undefined {
		return this.#kept.get(key)?.value;
	}

	set(key: string, value: V, now: number): void {
		// The one set last stands last.
		this.#kept.delete(key);
		this.#kept.set(key, { value, setAt: now });
		for (const [other, { setAt }] of this.#kept) {
			if (now - setAt <= tokenLifeMs) break;
			this.#kept.delete(other);
		}
	}
}
