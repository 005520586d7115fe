import { generateKeyPairSync, sign } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';

import { sha256 } from './sha256.mts';

interface SignedParts {
	requestId: string;
	userId: string;
	timestamp: string;
	/** Exactly what is sent. */
	body: string;
}

/** ED25519 keys for fal's webhooks; https://docs.fal.ai/model-apis/model-endpoints/webhooks. */
export class SigningKeys {
	#privateKey!: KeyObject;
	#published: JsonWebKey[] = [];

	constructor() {
		this.rotate();
	}

	/** What the JWKS address publishes. */
	get published(): JsonWebKey[] {
		return this.#published;
	}

	rotate({ keepOld = false } = {}): void {
		const { publicKey, privateKey } = generateKeyPairSync('ed25519');
		this.#privateKey = privateKey;
		const made = publicKey.export({ format: 'jwk' });
		this.#published = keepOld ? [...this.#published, made] : [made];
	}

	/** Hex signature over ids, time and the digest of the body, one per line. */
	sign({ requestId, userId, timestamp, body }: SignedParts): string {
		const digest = sha256(body);
		const message = [requestId, userId, timestamp, digest].join('\n');
		return sign(null, Buffer.from(message), this.#privateKey).toString('hex');
	}
}
