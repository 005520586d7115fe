import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { badInput } from '../n8n/failure';
import type { Item } from '../n8n/item';

/**
 * Timeout and proxy of a request: the node's own option, or else the Request Options that n8n adds
 * to the settings of every declarative node.
 */
export function transportOptions(item: Item): Partial<IHttpRequestOptions> {
	const fromSettings = (item.parameter('requestOptions') ?? {}) as IDataObject;
	// The options are not read as a whole, because a callback may not be able to evaluate the
	// expressions of others.
	const own = (item.parameter('options.requestOptions') ?? {}) as IDataObject;
	const { timeout, proxy, allowUnauthorizedCerts } = { ...fromSettings, ...own };
	const options: Partial<IHttpRequestOptions> = {};
	if (Number(timeout) > 0) options.timeout = Number(timeout);
	if (proxy) options.proxy = readProxy(item, String(proxy));
	if (allowUnauthorizedCerts) options.skipSslCertificateValidation = true;
	return options;
}

function readProxy(item: Item, text: string): IHttpRequestOptions['proxy'] {
	if (!URL.canParse(text) || !new URL(text).hostname) {
		throw badInput(
			item,
			'The proxy in Request Options is not a URL',
			'Give it as http://user:password@host:port',
		);
	}
	const { hostname, port, protocol, username, password } = new URL(text);
	const auth = { username: decode(username), password: decode(password) };
	return {
		host: hostname,
		port: Number(port) || (protocol === 'https:' ? 443 : 80),
		protocol: protocol.replace(/:$/, ''),
		...(username && { auth }),
	};
}

/** A password may contain a percent sign that does not begin an escape. */
function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
