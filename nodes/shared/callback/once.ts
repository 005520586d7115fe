import { isWithin } from '../time/expiringCache';
import type { SpentNonces } from '../n8n/state';

/** Forgeries that got hold of a token must not make us ask the provider again and again. */
const askAgainAfterMs = 2000;

/** Job IDs that one token may make us ask about in that time. */
const maxAsks = 20;

interface Ask {
	at: number;
	/** The provider has not answered yet. */
	isOpen: boolean;
}

interface Entry {
	/** The workflow whose run it is about. */
	scope: string;
	isSpent: boolean;
	expires: number;
	/** By job ID: one that somebody made up must not keep the real one away. */
	asks: Map<string, Ask>;
}

/**
 * One token starts one run. The process decides this before anything is awaited, and what is stored
 * covers restarts. Two processes can still both run in the same second; n8n's Remove Duplicates is
 * the cure.
 */
export class OnceOnly {
	readonly #entries = new Map<string, Entry>();

	/** Whether the token has started its run. */
	isSpent(nonce: string, stored: SpentNonces): boolean {
		return stored[nonce] !== undefined || this.#entries.get(nonce)?.isSpent === true;
	}

	/** Whether the provider may be asked about this job now, on behalf of this token. */
	mayAsk(
		{ nonce, expires }: { nonce: string; expires: number },
		jobId: string,
		scope: string,
		now: number,
	): boolean {
		this.#forgetExpired(now);
		const entry = this.#entries.get(nonce) ?? { scope, isSpent: false, expires, asks: new Map() };
		const { asks } = entry;
		for (const [asked, { at, isOpen }] of asks) {
			if (!isOpen && !isWithin(askAgainAfterMs, at, now)) asks.delete(asked);
		}
		if (asks.has(jobId) || asks.size >= maxAsks) return false;
		asks.set(jobId, { at: now, isOpen: true });
		this.#entries.set(nonce, entry);
		return true;
	}

	/** The question has led to nothing, so a later delivery may ask again. */
	release(nonce: string, jobId: string): void {
		const ask = this.#entries.get(nonce)?.asks.get(jobId);
		if (ask) ask.isOpen = false;
	}

	/**
	 * Takes the run of the token.
	 *
	 * @returns whether it was still to be had: deliveries about two jobs may be checked at a time
	 */
	spend(nonce: string): boolean {
		const entry = this.#entries.get(nonce);
		if (!entry || entry.isSpent) return false;
		entry.isSpent = true;
		entry.asks.clear();
		return true;
	}

	/**
	 * What is to be stored now: everything spent and not yet expired. Each save is a superset of the
	 * others, because n8n writes back the whole of what it had loaded before the webhook ran.
	 */
	spentIn(scope: string, stored: SpentNonces, now: number): SpentNonces {
		const spent = [...this.#entries]
			.filter(([, entry]) => entry.scope === scope && entry.isSpent)
			.map(([nonce, { expires }]) => [nonce, expires] as const);
		const all = [...Object.entries(stored), ...spent];
		return Object.fromEntries(all.filter(([, expires]) => expires >= now));
	}

	#forgetExpired(now: number): void {
		for (const [nonce, { expires }] of this.#entries) {
			if (expires < now) this.#entries.delete(nonce);
		}
	}
}
