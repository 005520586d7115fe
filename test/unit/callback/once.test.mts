import { OnceOnly } from '../../../nodes/shared/callback/once';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_760_000_000_000;

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
