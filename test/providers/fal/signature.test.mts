import { generateKeyPairSync, sign } from 'node:crypto';

import { fal } from '../../../nodes/FalVeo/fal.provider';
import { sha256 } from '../../../sandbox/sha256.mts';

const now = 1_760_000_000_000;

describe("fal's signature", () => {
	const { publicKey, privateKey } = generateKeyPairSync('ed25519');
	const keys = [publicKey.export({ format: 'jwk' })];
	const rawBody = Buffer.from('{"request_id":"x"}');
	const signing = fal.callback?.signing;
	const delivery = (timestamp: number) => {
		const hash = sha256(rawBody);
		const message = Buffer.from(['r', 'u', String(timestamp), hash].join('\n'));
		const headers = {
			'x-fal-webhook-request-id': 'r',
			'x-fal-webhook-user-id': 'u',
			'x-fal-webhook-timestamp': String(timestamp),
			'x-fal-webhook-signature': sign(null, message, privateKey).toString('hex'),
		};
		return { headers, rawBody };
	};
	const seconds = now / 1000;

	it.each([
		[-301, false],
		[-300, true],
		[0, true],
		[300, true],
		[301, false],
	])('%d seconds off: %s, although it is signed', (offset, isGood) => {
		expect(signing?.verify(delivery(seconds + offset), keys, now)).toBe(isGood);
	});

	it('is good under any of the keys, and under no key of another kind', () => {
		const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
		expect(
			signing?.verify(
				delivery(seconds),
				[null as never, rsa, { kty: 'OKP', crv: 'Ed25519', x: '' }, ...keys],
				now,
			),
		).toBe(true);
		expect(signing?.verify(delivery(seconds), [rsa], now)).toBe(false);
		expect(signing?.verify(delivery(seconds), [], now)).toBe(false);
	});
});
