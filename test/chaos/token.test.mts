import fc from 'fast-check';

import { looksLikeToken, openToken, sealToken } from '../../nodes/shared/callback/token';
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
			expect(looksLikeToken(token)).toBe(true);
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

/** Each part of a token as its bytes. */
const partsOf = (token: string) =>
	token.split('.').map((part, index) => Buffer.from(part, index === 0 ? 'latin1' : 'base64url'));

function withBitFlipped(token: string, bit: number): string {
	const parts = partsOf(token);
	let byte = bit >> 3;
	const index = parts.findIndex(({ length }) => byte < length || ((byte -= length), false));
	parts[index][byte] ^= 1 << (bit & 7);
	return parts.map((part, at) => part.toString(at === 0 ? 'latin1' : 'base64url')).join('.');
}

const bitsIn = (token: string) => 8 * Buffer.concat(partsOf(token)).length;

it('a token of which any bit was flipped does not open', () => {
	const [key] = fc.sample(keys, 1);
	const content = {
		provider: 'fal',
		model: 'm',
		item: 0,
		nonce: 'n',
		expires: now,
		metadata: null,
	};
	const token = sealToken(key, content);
	const bits = [...Array(bitsIn(token)).keys()];
	expect(bits.length).toBeGreaterThan(500);
	const opened = bits.filter((bit) => 'token' in openToken(key, withBitFlipped(token, bit), now));
	expect(opened).toEqual([]);
});

it('nor does one of any other content', () => {
	fc.assert(
		fc.property(keys, contents, fc.nat(), (key, content, bit) => {
			const token = sealToken(key, content);
			const changed = withBitFlipped(token, bit % bitsIn(token));
			expect(openToken(key, changed, now)).toHaveProperty('problem');
		}),
		runs(200),
	);
});

it('parts of tokens of two keys do not make a token', () => {
	const choice = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
	fc.assert(
		fc.property(keys, keys, contents, contents, choice, (key, other, one, two, choices) => {
			fc.pre(key !== other && new Set(choices.slice(1)).size > 1);
			const tokens = [sealToken(key, one), sealToken(other, two)].map((token) => token.split('.'));
			const swapped = choices.map((second, part) => tokens[Number(second)][part]).join('.');
			for (const opener of [key, other]) {
				expect(openToken(opener, swapped, now)).toHaveProperty('problem');
			}
		}),
		runs(100),
	);
});

it('a text that somebody made up is no token, and nothing throws', () => {
	const base64 = fc.base64String().map((text) => text.replace(/\+/g, '-').replace(/\//g, '_'));
	const texts = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.tuple(fc.constantFrom('v1', 'v2', ''), base64, base64).map((parts) => parts.join('.')),
	);
	fc.assert(
		fc.property(keys, contents, texts, fc.boolean(), (key, content, text, isKeyKnown) => {
			// The key id is in every token that was seen.
			const [version, keyId] = sealToken(key, content).split('.');
			const forged = isKeyKnown ? `${version}.${keyId}.${text.split('.').at(-1)}` : text;
			expect(openToken(key, forged, now)).toHaveProperty('problem');
			expect(typeof looksLikeToken(forged)).toBe('boolean');
		}),
		runs(200),
	);
});
