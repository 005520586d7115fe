import { httpUrl, isObject } from './answers';

/**
 * The first video of an answer that lists URLs as strings, as `{ url }` objects, or alone;
 * undefined where none of them is an http(s) URL.
 */
export function firstVideoUrl(...candidates: unknown[]): string | undefined {
	for (const candidate of candidates.flat()) {
		const url = httpUrl(isObject(candidate) ? candidate.url : candidate);
		if (url) return url;
	}
	return undefined;
}
