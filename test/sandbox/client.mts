import axios from 'axios';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import type { Sandbox } from '../../sandbox/server.mts';

export type Ask = (
	method: string,
	path: string,
	data?: unknown,
	config?: AxiosRequestConfig,
) => Promise<AxiosResponse>;

const bare = axios.create({ validateStatus: () => true, maxRedirects: 0 });

/** Asks without a key, or at any address; no status is an error. */
export function askBare(url: string, config: AxiosRequestConfig = {}): Promise<AxiosResponse> {
	return bare.request({ url, ...config });
}

/** A client of one provider, with its key; `path` starts at the root of the sandbox. */
export function clientOf(sandbox: () => Sandbox, scheme: 'Key' | 'Bearer'): Ask {
	return (method, path, data, config = {}) =>
		bare.request({
			method,
			url: path.startsWith('http') ? path : `${sandbox().url}${path}`,
			data,
			...config,
			headers: { Authorization: `${scheme} ${sandbox().apiKey}`, ...config.headers },
		});
}
