import { createHash, createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

import type { Delivery, VideoProvider } from '../shared/types';

/** Older or younger deliveries are replays, or come from a wrong clock. */
const toleranceMs = 300_000;

const jwksPath = '/.well-known/jwks.json';

function headerOf({ headers }: Delivery, name: string): string {
	const value = headers[`x-fal-webhook-${name}`];
	return typeof value === 'string' ? value : '';
}

/** Request id, user id, timestamp and the hash of the raw body, each on its own line. */
function messageOf(delivery: Delivery): Buffer {
	const bodyHash = createHash('sha256').update(delivery.rawBody).digest('hex');
	const parts = ['request-id', 'user-id', 'timestamp'].map((name) => headerOf(delivery, name));
	return Buffer.from([...parts, bodyHash].join('\n'));
}

function isSignedBy(key: JsonWebKey, message: Buffer, signature: Buffer): boolean {
	try {
		if (key.kty !== 'OKP' || key.crv !== 'Ed25519') return false;
		return verify(null, message, createPublicKey({ key, format: 'jwk' }), signature);
	} catch {
		// What cannot be used as a key counts as a wrong one.
		return false;
	}
}

/** ED25519 over the raw bytes: https://docs.fal.ai/model-apis/model-endpoints/webhooks. */
export const falSigning: NonNullable<NonNullable<VideoProvider['callback']>['signing']> = {
	// Older documentation names another host for the same keys.
	keyUrls: (restUrl) =>
		restUrl === 'https://rest.fal.ai'
			? [restUrl + jwksPath, `https://rest.alpha.fal.ai${jwksPath}`]
			: [restUrl + jwksPath],
	verify(delivery, keys, now) {
		const timestamp = headerOf(delivery, 'timestamp');
		const signature = headerOf(delivery, 'signature');
		if (!/^\d{1,12}$/.test(timestamp) || !/^[0-9a-f]{128}$/i.test(signature)) return false;
		if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) return false;
		const message = messageOf(delivery);
		return keys.some((key) => isSignedBy(key, message, Buffer.from(signature, 'hex')));
	},
};
