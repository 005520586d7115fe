import { OnceOnly } from '../../../nodes/shared/callback/once';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_760_000_000_000;

describe('one token, one run', () => {
	const token = { nonce: 'n', expires: now + hour };

	it('is decided in the process', () => {
		const once = new OnceOnly();
		expect(once.mayAsk(token, 'job', 'w', now)).toBe(true);
		expect(once.isSpent('n', {})).toBe(false);
		expect(once.spend('n')).toBe(true);
		expect(once.isSpent('n', {})).toBe(true);
		expect(once.spend('n')).toBe(false);
	});

	it('has its run once, whichever of two jobs was checked first', () => {
		const once = new OnceOnly();
		expect(once.mayAsk(token, 'job', 'w', now)).toBe(true);
		expect(once.mayAsk(token, 'another', 'w', now)).toBe(true);
		expect([once.spend('n'), once.spend('n')]).toEqual([true, false]);
		once.release('n', 'another');
		expect(once.isSpent('n', {})).toBe(true);
	});

	it('is remembered over a restart by what was stored', () => {
		const before = new OnceOnly();
		before.mayAsk(token, 'job', 'w', now);
		before.spend('n');
		expect(new OnceOnly().isSpent('n', before.spentIn('w', {}, now))).toBe(true);
	});

	it('stores what this workflow has spent, and forgets what has expired', () => {
		const once = new OnceOnly();
		for (const [nonce, scope] of [
			['a', 'w'],
			['b', 'w'],
			['c', 'another'],
		]) {
			once.mayAsk({ nonce, expires: now + hour }, 'job', scope, now);
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

describe('on behalf of one token, the provider is asked about', () => {
	const token = { nonce: 'n', expires: now + hour };
	let once: OnceOnly;
	beforeEach(() => (once = new OnceOnly()));
	const ask = (jobId: string, at = now) => once.mayAsk(token, jobId, 'w', at);

	it('a job while nobody asks about it, and two seconds after the last time', () => {
		expect([ask('job'), ask('job', now + hour)]).toEqual([true, false]);
		once.release('n', 'job');
		expect([ask('job', now + 1999), ask('job', now + 2000)]).toEqual([false, true]);
	});

	it('a job whatever was asked about another one', () => {
		expect([ask('made-up'), ask('job'), ask('made-up')]).toEqual([true, true, false]);
		once.release('n', 'made-up');
		expect([ask('made-up', now + 1), ask('job', now + 1)]).toEqual([false, false]);
	});

	it('twenty jobs in two seconds', () => {
		const ids = Array.from({ length: 25 }, (_, index) => `made-up ${index}`);
		expect(ids.filter((jobId) => ask(jobId))).toHaveLength(20);
		for (const jobId of ids) once.release('n', jobId);
		expect([ask('job', now + 1999), ask('job', now + 2000)]).toEqual([false, true]);
	});
});

it('a clock that was set back does not keep the real callback out', () => {
	const once = new OnceOnly();
	const token = { nonce: 'n', expires: now + hour };
	expect(once.mayAsk(token, 'job', 'w', now)).toBe(true);
	once.release('n', 'job');
	expect(once.mayAsk(token, 'job', 'w', now - minute)).toBe(true);
});
