import { openToken, sealToken } from '../../../nodes/shared/callback/token';
import type { CallbackToken } from '../../../nodes/shared/callback/token';

const hour = 3_600_000;
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
