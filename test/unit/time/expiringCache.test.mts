import { ExpiringCache } from '../../../nodes/shared/time/expiringCache';

const lifeMs = 1000;
const cacheOf = (entries: Record<string, number>, maxEntries = 10) => {
	const cache = new ExpiringCache<string>(lifeMs, maxEntries);
	for (const [key, setAt] of Object.entries(entries)) cache.set(key, key, setAt);
	return (now: number) => Object.keys(entries).filter((key) => cache.get(key, now) === key);
};

it('keeps a value for its life, counted from when it was last set', () => {
	const cache = new ExpiringCache<string>(lifeMs, 10);
	cache.set('used', 'old', 0);
	cache.set('unused', 'old', 0);
	cache.set('used', 'new', lifeMs - 1);
	expect([cache.get('used', lifeMs - 1), cache.get('unused', lifeMs - 1)]).toEqual(['new', 'old']);
	expect([cache.get('used', lifeMs), cache.get('unused', lifeMs)]).toEqual(['new', undefined]);
});

it('forgets the oldest when there are too many', () => {
	expect(cacheOf({ a: 0, b: 1, c: 2 }, 2)(3)).toEqual(['b', 'c']);
});

it('forgets what it is told to', () => {
	const cache = new ExpiringCache<string>(lifeMs, 10);
	cache.set('gone', 'a', 0);
	cache.set('kept', 'b', 0);
	cache.delete('gone');
	expect([cache.get('gone', 1), cache.get('kept', 1)]).toEqual([undefined, 'b']);
});

it('a clock that was set back does not keep a value longer', () => {
	const keysAt = cacheOf({ a: 10 * lifeMs });
	expect([keysAt(9.5 * lifeMs), keysAt(8 * lifeMs)]).toEqual([['a'], []]);
});
