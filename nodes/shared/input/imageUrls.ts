import { jsonParse } from 'n8n-workflow';

import { networkOf } from '../http/networks';
import { isObject } from '../wire/answers';

/** A cell with three links has a few hundred characters, signed ones a few thousand. */
export const maxCellLength = 20 * 1024;

/** A list in a list, as spreadsheets and expressions yield it. */
const maxDepth = 10;

/**
 * Comma and semicolon separate only where another URL follows, because image hosts put them into
 * URLs.
 */
const separator = /\s+|[,;](?=https?:\/\/)/i;

/** In the element of an array, white space does not separate either, unless a URL follows. */
const separatorInElement = /(?<=[\s,;])(?=https?:\/\/)/i;

/**
 * Invisible characters that a copied path or text may have around it. Looking back makes the search
 * begin once in each run of them, and so take time in proportion to the text.
 */
const invisibleEnds = /^[\s\p{Format}]+|(?<![\s\p{Format}])[\s\p{Format}]+$/gu;

/**
 * The same with the separators. Where cells were joined, an empty one leaves its separator.
 */
const separatorEnds = /^[\s,;\p{Format}]+|(?<![\s,;\p{Format}])[\s,;\p{Format}]+$/gu;

/** A single URL may end with a semicolon. */
const leftOver = /^[,;]+$|(?<!,),+$/g;

/** Whether there is more text in it than any number of image URLs has. */
export const isTooLong = (value: unknown): boolean =>
	(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).length > maxCellLength;

/**
 * Reference images from one text (a spreadsheet cell), JSON array text, or an array from an
 * expression; in order, each once.
 */
export function splitImageUrls(value: unknown): string[] {
	return [...new Set(urlsIn(value, separator, 0))];
}

function urlsIn(value: unknown, separatedBy: RegExp, depth: number): string[] {
	if (depth > maxDepth) return ['[a list in too many lists]'];
	const inElements = (array: unknown[]) =>
		array.flatMap((element) => urlsIn(element, separatorInElement, depth + 1));
	if (Array.isArray(value)) return inElements(value);
	// It is not a URL, as the check will say. Its text must not be taken for several URLs.
	if (isObject(value)) return [JSON.stringify(value)];
	const text = String(value ?? '');
	const array = arrayIn(text.trim());
	if (array) return inElements(array);
	const parts = text.split(separatedBy);
	const trimmed =
		parts.length > 1
			? parts.map((part) => part.replace(separatorEnds, ''))
			: [text.replace(invisibleEnds, '').replace(leftOver, '')];
	return trimmed.filter((url) => url !== '');
}

function arrayIn(text: string): unknown[] | undefined {
	if (!text.startsWith('[')) return undefined;
	// Where it is no JSON after all, the URL check names what is wrong with it.
	const parsed: unknown = jsonParse(text, { fallbackValue: null });
	return Array.isArray(parsed) ? parsed : undefined;
}

/** Why a provider could not fetch this image, or undefined. */
export function whyUnfetchable(url: string): string | undefined {
	if (/[\p{Control}\u00ad\u200b\u2060\u202a-\u202e\ufeff]/u.test(url))
		return 'contains an invisible character';
	if (!URL.canParse(url)) return 'is not a URL';
	// `URL` would accept these as part of the path.
	if (/[|，；、]\s*https?:\/\//i.test(url))
		return 'contains several URLs: separate them with a comma or a new line';
	if (/\s/.test(url)) return 'contains a space';
	// `URL` accepts a missing slash and a backslash; a provider may not.
	if (!/^https?:\/\/[^/\\]/i.test(url)) return 'does not start with http:// or https://';
	const parsed = new URL(url);
	if (parsed.username || parsed.password) return 'contains a user name or password';
	if (networkOf(parsed) !== 'public')
		return 'is on a private network, which the provider cannot reach';
	return undefined;
}
