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
		expect(await cache.refetch(urls, fetchKeys, later + 5 * minute - 1)).toEqual([]);
		expect(await cache.refetch(urls, fetchKeys, later + 5 * minute)).toEqual([key('3')]);
	});

	describe('that cannot be had', () => {
		let asked: string[];
		beforeEach(() => (asked = []));
		const gone = async (url: string) => {
			asked.push(url);
			return await Promise.reject(new Error('gone'));
		};

		it.each(['get', 'refetch'] as const)(
			'are asked for again after half a minute: %s',
			async (name) => {
				const cache = new KeyCache();
				for (let second = 0; second < 30; second++) {
					expect(await cache[name](urls, gone, now + 1000 * second)).toBeUndefined();
				}
				expect(asked).toEqual(urls);
				const found = async () => await Promise.resolve([key('1')]);
				expect(await cache[name](urls, found, now + 30_000)).toEqual([key('1')]);
			},
		);

		it('are asked for once, however many deliveries come at the same moment', async () => {
			const cache = new KeyCache();
			const all = await Promise.all(
				Array.from({ length: 50 }, async () => await cache.get(urls, gone, now)),
			);
			expect(new Set(all)).toEqual(new Set([undefined]));
			expect(asked).toEqual(urls);
		});

		it('leave those at hand', async () => {
			const cache = new KeyCache();
			await cache.get(urls, async () => await Promise.resolve([key('1')]), now);
			expect(await cache.refetch(urls, gone, now + 5 * minute)).toBeUndefined();
			expect(await cache.get(urls, gone, now + 5 * minute)).toEqual([key('1')]);
			expect(asked).toEqual(urls);
		});

		it('at one address say nothing about another', async () => {
			const cache = new KeyCache();
			await cache.get(urls, gone, now);
			const found = async () => await Promise.resolve([key('1')]);
			expect(await cache.get(['https://another.example'], found, now)).toEqual([key('1')]);
		});
	});

	it('are fetched once for deliveries that come at the same moment', async () => {
		const cache = new KeyCache();
		let fetched = 0;
		const fetchKeys = async () => await Promise.resolve([key(String(++fetched))]);
		const all = async (name: 'get' | 'refetch', at: number) =>
			await Promise.all(
				Array.from({ length: 50 }, async () => await cache[name](urls, fetchKeys, at)),
			);
		expect(await all('get', now)).toEqual(Array(50).fill([key('1')]));
		expect(await all('refetch', now + 5 * minute)).toEqual(Array(50).fill([key('2')]));
	});
});
