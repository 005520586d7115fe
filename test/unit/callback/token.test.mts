import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

import { fal } from '../../../nodes/FalVeo/fal.provider';
import { KeyCache } from '../../../nodes/shared/callback/keys';
import { OnceOnly } from '../../../nodes/shared/callback/once';
import { openToken, sealToken } from '../../../nodes/shared/callback/token';
import type { CallbackToken } from '../../../nodes/shared/callback/token';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_760_000_000_000;

describe('a token', () => {
	const token: CallbackToken = {
		provider: 'fal',
		model: 'm',
		item: 3,
		nonce: 'nonce',
		expires: now + hour,
		metadata: { row: 7, text: 'Zeile “sieben” 七' },
	};

	it('comes back as it was sealed, and tells nothing on its way', () => {
		const sealed = sealToken('the-api-key', token);
		expect(openToken('the-api-key', sealed, now)).toEqual({ token });
		expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]+$/);
		const bytes = Buffer.from(sealed.split('.')[2], 'base64url').toString('latin1');
		for (const secret of ['the-api-key', 'nonce', 'row', 'fal']) {
			expect(sealed).not.toContain(secret);
			expect(bytes).not.toContain(secret);
		}
	});

	it('is another one each time', () => {
		expect(sealToken('key', token)).not.toBe(sealToken('key', token));
	});

	it('with the most metadata that is taken keeps the URL below 2,048 characters', () => {
		const metadata = { text: 'x'.repeat(1000 - '{"text":""}'.length) };
		const model = 'google/veo-3.1/reference-to-video';
		expect(sealToken('key', { ...token, model, metadata }).length).toBeLessThan(1800);
	});

	it('opens with its own key only, until it expires', () => {
		const sealed = sealToken('key', token);
		expect(openToken('another', sealed, now)).toEqual({ problem: 'unknown_key' });
		expect(openToken('key', sealed, token.expires + 1)).toEqual({ problem: 'expired' });
	});

	it('changed in any character, it is wrong', () => {
		const sealed = sealToken('key', token);
		for (let index = 0; index < sealed.length; index++) {
			const other = sealed[index] === 'A' ? 'B' : 'A';
			const changed = sealed.slice(0, index) + other + sealed.slice(index + 1);
			const opened = openToken('key', changed, now);
			// The last character of a group holds bits that base64url does not use.
			if ('token' in opened) expect(opened.token).toEqual(token);
			else expect(['wrong', 'unknown_key']).toContain(opened.problem);
		}
		expect(openToken('key', sealed.slice(0, -4), now)).toEqual({ problem: 'wrong' });
	});
});

describe('one token, one run', () => {
	const token = { nonce: 'n', expires: now + hour };

	it('is decided in the process, before anything is awaited', () => {
		const once = new OnceOnly();
		expect(once.claim(token, 'w', {}, now)).toBe('claimed');
		expect(once.claim(token, 'w', {}, now)).toBe('wait');
		once.spend('n');
		expect(once.claim(token, 'w', {}, now)).toBe('spent');
	});

	it('is remembered over a restart by what was stored', () => {
		const before = new OnceOnly();
		before.claim(token, 'w', {}, now);
		before.spend('n');
		const stored = before.spentIn('w', {}, now);
		expect(new OnceOnly().claim(token, 'w', stored, now)).toBe('spent');
	});

	it('lets a check that came to nothing be repeated, after two seconds when the provider was asked', () => {
		const once = new OnceOnly();
		once.claim(token, 'w', {}, now);
		once.release('n');
		expect(once.claim(token, 'w', {}, now + 1999)).toBe('wait');
		expect(once.claim(token, 'w', {}, now + 2000)).toBe('claimed');
		once.releaseUnasked('n');
		expect(once.claim(token, 'w', {}, now + 2000)).toBe('claimed');
	});

	it('stores what this workflow has spent, and forgets what has expired', () => {
		const once = new OnceOnly();
		for (const [nonce, scope] of [
			['a', 'w'],
			['b', 'w'],
			['c', 'another'],
		]) {
			once.claim({ nonce, expires: now + hour }, scope, {}, now);
			once.spend(nonce);
		}
		const stored = { old: now - 1, kept: now + minute };
		expect(once.spentIn('w', stored, now)).toEqual({
			kept: now + minute,
			a: now + hour,
			b: now + hour,
		});
		expect(once.spentIn('w', {}, now + 2 * hour)).toEqual({});
	});
});

describe("fal's signature", () => {
	const { publicKey, privateKey } = generateKeyPairSync('ed25519');
	const keys = [publicKey.export({ format: 'jwk' })];
	const rawBody = Buffer.from('{"request_id":"x"}');
	const signing = fal.callback?.signing;
	const delivery = (timestamp: number) => {
		const hash = createHash('sha256').update(rawBody).digest('hex');
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
				[rsa, { kty: 'OKP', crv: 'Ed25519', x: '' }, ...keys],
				now,
			),
		).toBe(true);
		expect(signing?.verify(delivery(seconds), [rsa], now)).toBe(false);
		expect(signing?.verify(delivery(seconds), [], now)).toBe(false);
	});
});

describe("a provider's keys", () => {
	const key = (x: string): JsonWebKey => ({ kty: 'OKP', crv: 'Ed25519', x });
	const urls = fal.callback?.signing?.keyUrls('https://rest.fal.ai') ?? [];

	it('are at both documented addresses, for fal itself only', () => {
		expect(urls).toEqual([
			'https://rest.fal.ai/.well-known/jwks.json',
			'https://rest.alpha.fal.ai/.well-known/jwks.json',
		]);
		expect(fal.callback?.signing?.keyUrls('http://127.0.0.1:1/fal/rest')).toEqual([
			'http://127.0.0.1:1/fal/rest/.well-known/jwks.json',
		]);
	});

	it('come from the second address when the first has none', async () => {
		const asked: string[] = [];
		const fetchKeys = async (url: string) => {
			asked.push(url);
			if (url === urls[0]) throw new Error('gone');
			return [key('second')];
		};
		expect(await new KeyCache().get(urls, fetchKeys, now)).toEqual([key('second')]);
		expect(asked).toEqual(urls);
	});

	it('are kept for a day, and asked for again at most every five minutes', async () => {
		const cache = new KeyCache();
		let fetched = 0;
		const fetchKeys = async () => [key(String(++fetched))];
		await cache.get(urls, fetchKeys, now);
		await cache.get(urls, fetchKeys, now + 23 * hour);
		expect(fetched).toBe(1);
		expect(await cache.get(urls, fetchKeys, now + 24 * hour)).toEqual([key('2')]);
		const later = now + 24 * hour;
		expect(await cache.refetch(urls, fetchKeys, later + 5 * minute - 1)).toBeUndefined();
		expect(await cache.refetch(urls, fetchKeys, later + 5 * minute)).toEqual([key('3')]);
	});

	it('that cannot be had are asked for again with the next delivery', async () => {
		const cache = new KeyCache();
		const gone = async () => await Promise.reject(new Error('gone'));
		expect(await cache.get(urls, gone, now)).toBeUndefined();
		expect(await cache.get(urls, async () => [key('1')], now)).toEqual([key('1')]);
	});
});
