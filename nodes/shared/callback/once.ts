import type { SpentNonces } from '../n8n/state';

/** Forgeries that got hold of a token must not make us ask the provider again and again. */
const askAgainAfterMs = 2000;

interface Entry {
	/** The workflow whose run it is about. */
	scope: string;
	state: 'checking' | 'open' | 'spent';
	expires: number;
	askedAt: number;
}

export type Claim = 'claimed' | 'spent' | 'wait';

/**
 * One token starts one run. The process decides this before anything is awaited, and what is stored
 * covers restarts. Two processes can still both run in the same second; n8n's Remove Duplicates is
 * the cure.
 */
export class OnceOnly {
	readonly #entries = new Map<string, Entry>();

	/** Takes the nonce for one check, or says why not. */
	claim(
		{ nonce, expires }: { nonce: string; expires: number },
		scope: string,
		stored: SpentNonces,
		now: number,
	): Claim {
		const entry = this.#entries.get(nonce);
		if (entry?.state === 'spent' || stored[nonce] !== undefined) return 'spent';
		if (entry?.state === 'checking') return 'wait';
		if (entry && now - entry.askedAt < askAgainAfterMs) return 'wait';
		this.#forgetExpired(now);
		this.#entries.set(nonce, { scope, state: 'checking', expires, askedAt: now });
		return 'claimed';
	}

	/** The check has led to nothing, so a later delivery may try again. */
	release(nonce: string): void {
		const entry = this.#entries.get(nonce);
		if (entry) entry.state = 'open';
	}

	/**
	 * The same where the provider was not asked: a later delivery may try again at once, because a
	 * nonsense delivery must not keep the real one away.
	 */
	releaseUnasked(nonce: string): void {
		const entry = this.#entries.get(nonce);
		if (!entry) return;
		entry.state = 'open';
		entry.askedAt = -Infinity;
	}

	spend(nonce: string): void {
		const entry = this.#entries.get(nonce);
		if (entry) entry.state = 'spent';
	}

	/**
	 * What is to be stored now: everything spent and not yet expired. Each save is a superset of the
	 * others, because n8n writes back the whole of what it had loaded before the webhook ran.
	 */
	spentIn(scope: string, stored: SpentNonces, now: number): SpentNonces {
		const spent = [...this.#entries]
			.filter(([, entry]) => entry.scope === scope && entry.state === 'spent')
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
