import type { GenericValue, IDataObject } from 'n8n-workflow';

/** Query parameter of the callback URL. */
export const tokenParameter = 'veoToken';

/** By its name, also where the URL stands encoded in another; and by its shape, without any name. */
const tokens = [/(veoToken(?:=|(?:%25)*%3D))[\w.~-]+/gi, /()v1\.[\w-]{8}\.[\w-]{40,}/g];

function redacted(text: string, apiKey: string): string {
	const withoutKey = apiKey === '' ? text : text.replaceAll(apiKey, '[API key]');
	return tokens.reduce((rest, token) => rest.replace(token, '$1[token]'), withoutKey);
}

/** Deeper than any answer that a provider documents, and shallow enough for every reader of it. */
const maxDepth = 100;

/** An answer that nobody could read to its end. */
export const tooDeep = Symbol('too deep');

/**
 * The value, with the API key and the tokens of callbacks cut out of it where it stands. Some error
 * pages repeat the key that they were sent, and some answers the callback URL; neither must travel on
 * into items and messages. It goes level by level, because calls that are nested as deeply as the
 * answer would fail.
 */
export function withoutSecrets(value: unknown, apiKey: string): unknown {
	const root: IDataObject = { value: value as GenericValue };
	let level = [root];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > maxDepth) return tooDeep;
		level = level.flatMap((parent) => cleanedChildren(parent, apiKey));
	}
	return root.value;
}

/** Cleans the names and texts of an object or array, and returns those that it holds. */
function cleanedChildren(parent: IDataObject, apiKey: string): IDataObject[] {
	const children: IDataObject[] = [];
	for (const [name, entry] of Object.entries(parent)) {
		const cleanName = redacted(name, apiKey);
		if (cleanName !== name) delete parent[name];
		parent[cleanName] = typeof entry === 'string' ? redacted(entry, apiKey) : entry;
		if (typeof entry === 'object' && entry !== null) children.push(entry as IDataObject);
	}
	return children;
}
