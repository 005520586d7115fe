import { NodeOperationError } from 'n8n-workflow';

import { transportOptions } from '../../../nodes/shared/http/requestOptions';
import { itemWith } from '../../item.mts';

const own = (requestOptions: object) =>
	transportOptions(itemWith({ 'options.requestOptions': requestOptions }));

describe('the timeout of a request', () => {
	it.each([
		['is the node’s own', { timeout: 5000 }, { timeout: 5000 }],
		['may be text', { timeout: '5000' }, { timeout: 5000 }],
		['is left to the default when it is 0', { timeout: 0 }, {}],
		['is left to the default when it is negative', { timeout: -1 }, {}],
		['is left to the default when it is no number', { timeout: 'long' }, {}],
		['is left to the default when it is not given', {}, {}],
	])('%s', (_, given, expected) => {
		expect(own(given)).toEqual(expected);
	});

	it('is the one of the settings when the node has none of its own', () => {
		expect(transportOptions(itemWith({ requestOptions: { timeout: 7000 } }))).toEqual({
			timeout: 7000,
		});
	});

	it('is the node’s own when there are two', () => {
		const item = itemWith({
			requestOptions: { timeout: 7000 },
			'options.requestOptions': { timeout: 1000 },
		});
		expect(transportOptions(item)).toEqual({ timeout: 1000 });
	});
});

describe('the proxy of a request', () => {
	it.each([
		['http://proxy.example:3128', { host: 'proxy.example', port: 3128, protocol: 'http' }],
		['http://proxy.example', { host: 'proxy.example', port: 80, protocol: 'http' }],
		['https://proxy.example', { host: 'proxy.example', port: 443, protocol: 'https' }],
		['http://10.0.0.5:8080/', { host: '10.0.0.5', port: 8080, protocol: 'http' }],
		[
			'http://me:p%40ss@proxy.example:3128',
			{
				host: 'proxy.example',
				port: 3128,
				protocol: 'http',
				auth: { username: 'me', password: 'p@ss' },
			},
		],
		[
			// A per cent sign that encodes nothing stands for itself.
			'http://me:100%@proxy.example:3128',
			{
				host: 'proxy.example',
				port: 3128,
				protocol: 'http',
				auth: { username: 'me', password: '100%' },
			},
		],
	])('%s', (proxy, expected) => {
		expect(own({ proxy })).toEqual({ proxy: expected });
	});

	it.each(['proxy.example:3128', 'proxy', 'http://', '3128', '://proxy'])(
		'%s is refused as bad input, whatever it holds not repeated',
		(proxy) => {
			expect(() => own({ proxy })).toThrow(NodeOperationError);
			expect(() => own({ proxy })).toThrow('not a URL');
		},
	);

	it('is none when the field is empty', () => {
		expect(own({ proxy: '' })).toEqual({});
	});
});

it('certificates are checked unless the settings say otherwise', () => {
	expect(own({})).not.toHaveProperty('skipSslCertificateValidation');
	const item = itemWith({ requestOptions: { allowUnauthorizedCerts: true } });
	expect(transportOptions(item)).toEqual({ skipSslCertificateValidation: true });
});
