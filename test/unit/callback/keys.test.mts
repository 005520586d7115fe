import type { JsonWebKey } from 'node:crypto';

import { fal } from '../../../nodes/FalVeo/fal.provider';
import { KeyCache } from '../../../nodes/shared/callback/keys';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_760_000_000_000;

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
