import fc from 'fast-check';

import { openToken, sealToken } from '../../nodes/shared/callback/token';
import type { CallbackToken } from '../../nodes/shared/callback/token';
import { runs } from './runs.mts';

const now = 1_760_000_000_000;

const contents = fc.record<CallbackToken>({
	provider: fc.string(),
	model: fc.string(),
	item: fc.nat(),
	nonce: fc.string(),
	expires: fc.integer({ min: now, max: now + 86_400_000 }),
	metadata: fc.option(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer()))),
});
const keys = fc.string({ minLength: 1 });

it('a token opens with its key, until it expires', () => {
	fc.assert(
		fc.property(keys, contents, (key, content) => {
			const token = sealToken(key, content);
			expect(openToken(key, token, content.expires)).toEqual({
				token: JSON.parse(JSON.stringify(content)),
			});
			expect(openToken(key, token, content.expires + 1)).toEqual({ problem: 'expired' });
		}),
		runs(100),
	);
});

it('a token does not open with another key', () => {
	fc.assert(
		fc.property(keys, keys, contents, (key, other, content) => {
			fc.pre(key !== other);
			expect(openToken(other, sealToken(key, content), now)).toEqual({ problem: 'unknown_key' });
		}),
		runs(100),
	);
});

it('a token that was changed, cut, lengthened or put together from two does not open', () => {
	const changes = fc.oneof(
		fc.record({ at: fc.nat(), by: fc.constantFrom(...'AZaz09-_.~ =') }),
		fc.record({ cut: fc.nat() }),
		fc.record({ more: fc.string({ minLength: 1 }) }),
		fc.record({ splice: fc.nat() }),
	);
	fc.assert(
		fc.property(keys, contents, contents, changes, (key, content, otherContent, change) => {
			const token = sealToken(key, content);
			const other = sealToken(key, otherContent);
			const within = (index: number) => index % token.length;
			const changed =
				'at' in change
					? token.slice(0, within(change.at)) + change.by + token.slice(within(change.at) + 1)
					: 'cut' in change
						? token.slice(0, within(change.cut))
						: 'more' in change
							? token + change.more
							: token.slice(0, within(change.splice)) + other.slice(within(change.splice));
			const bytesOf = (text: string) =>
				text
					.split('.')
					.map((part) => Buffer.from(part, 'base64url').toString('hex'))
					.join('.');
			// Base64 has several spellings of the same bytes.
			fc.pre(![token, other].map(bytesOf).includes(bytesOf(changed)));
			expect(openToken(key, changed, now)).toHaveProperty('problem');
		}),
		runs(100),
	);
});
