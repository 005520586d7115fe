import { withToken } from '../../../nodes/shared/callback/address';
import { sealToken } from '../../../nodes/shared/callback/token';
import { withoutSecrets } from '../../../nodes/shared/wire/secrets';

const apiKey = 'the-api-key';
const token = sealToken(apiKey, {
	provider: 'p',
	model: '',
	item: 0,
	nonce: '',
	expires: 0,
	metadata: null,
});
const url = withToken('https://n8n.example.org/webhook/a/callback?more=1', token);
const clean = (value: unknown) => JSON.stringify(withoutSecrets(value, apiKey));

it.each<[string, unknown]>([
	['a callback URL', { callback_url: url }],
	['an encoded one', { link: `https://host.example/?to=${encodeURIComponent(url)}` }],
	['one that is encoded twice', { link: encodeURIComponent(`/?to=${encodeURIComponent(url)}`) }],
	['a part of one', { message: `${url.slice(0, -token.length + 20)} cannot be reached` }],
	['JSON in a text', { body: JSON.stringify({ callback_url: url }) }],
	['the token alone', [{ query: [{ veoToken: token }] }]],
	['a name', { [token]: 1 }],
	['the API key', { headers: { [apiKey]: `Bearer ${apiKey}` } }],
])('cuts out %s', (_, value) => {
	expect(JSON.stringify(value)).toMatch(/veoToken|v1\.|the-api-key/);
	const text = clean(value);
	expect(text).not.toContain(token.slice(0, 20));
	expect(text).not.toContain(token.slice(-20));
	expect(text).not.toContain(apiKey);
});

it('leaves the rest as it is', () => {
	const value = {
		url: 'https://host.example/v1.2/a?token=x&more=veo',
		model: 'veo-3.1',
		number: 1,
		nothing: null,
		list: ['v1.abcdefgh.short', true],
	};
	expect(withoutSecrets(value, '')).toEqual(value);
	expect(clean({ url })).toContain('https://n8n.example.org/webhook/a/callback?more=1&veoToken=');
});
