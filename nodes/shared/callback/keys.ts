import type { JsonWebKey } from 'node:crypto';

import { ExpiringCache } from '../time/expiringCache';

const keepMs = 24 * 60 * 60 * 1000;
const refetchAfterMs = 5 * 60 * 1000;
const retryAfterMs = 30 * 1000;

/** Fetches the keys of one address; rejects when they cannot be had. */
export type FetchKeys = (url: string) => Promise<JsonWebKey[]>;

interface Kept {
	keys: JsonWebKey[];
	fetchedAt: number;
}

/**
 * A provider's public keys, kept for a day; asked for again at most every five minutes. Where they
 * cannot be had, nobody asks again for a while: forgeries must not make us ask.
 */
export class KeyCache {
	readonly #kept = new ExpiringCache<Kept>(keepMs, 100);

	readonly #failed = new ExpiringCache<true>(retryAfterMs, 100);

	/** Deliveries that come at the same time share one fetch. */
	readonly #underWay = new Map<string, Promise<JsonWebKey[] | undefined>>();

	/**
	 * The keys at hand. They are fetched when there are none or when they are a day old; undefined
	 * when there are none to be had.
	 */
	async get(urls: string[], fetchKeys: FetchKeys, now: number): Promise<JsonWebKey[] | undefined> {
		return this.#kept.get(urls[0], now)?.keys ?? (await this.#fetchOnce(urls, fetchKeys, now));
	}

	/**
	 * Newer keys than those at hand, for a signature that fits none of these: none when it is too
	 * early to ask again, undefined when they cannot be had.
	 */
	async refetch(
		urls: string[],
		fetchKeys: FetchKeys,
		now: number,
	): Promise<JsonWebKey[] | undefined> {
		const kept = this.#kept.get(urls[0], now);
		if (kept && now - kept.fetchedAt < refetchAfterMs) return [];
		return await this.#fetchOnce(urls, fetchKeys, now);
	}

	async #fetchOnce(urls: string[], fetchKeys: FetchKeys, now: number) {
		const [place] = urls;
		if (this.#failed.get(place, now)) return undefined;
		const fetched =
			this.#underWay.get(place) ??
			this.#fetch(urls, fetchKeys, now).finally(() => this.#underWay.delete(place));
		this.#underWay.set(place, fetched);
		return await fetched;
	}

	async #fetch(urls: string[], fetchKeys: FetchKeys, now: number) {
		for (const url of urls) {
			const keys = await fetchKeys(url).catch(() => undefined);
			if (!keys || keys.length === 0) continue;
			this.#kept.set(urls[0], { keys, fetchedAt: now }, now);
			return keys;
		}
		this.#failed.set(urls[0], true, now);
		return undefined;
	}
}
