/**
 * Their methods go over all of a text or a list, however long it is. Those of patterns are left alone:
 * JavaScript calls `exec` for each match of one search, which goes over the text once.
 */
const places = [String.prototype, Array.prototype, JSON] as unknown as Array<
	Record<string | symbol, unknown>
>;

type Method = (this: unknown, ...args: unknown[]) => unknown;

const lengthOf = (value: unknown): number =>
	typeof value === 'string' || Array.isArray(value) ? value.length : 0;

/**
 * The work that a function does, in characters and elements: each text and each list counts as often
 * as a method is called on it or with it. What a pattern does inside is proven elsewhere to take time
 * in proportion to its text.
 */
export function workOf(does: () => unknown): number {
	let work = 0;
	const restore: Array<() => void> = [];
	for (const place of places) {
		for (const name of Reflect.ownKeys(place)) {
			const descriptor = Object.getOwnPropertyDescriptor(place, name);
			const method = descriptor?.value as Method | undefined;
			if (typeof method !== 'function' || name === 'constructor') continue;
			const counted: Method = function (...args) {
				// No method of a list may be called here: it would be counted, too.
				work += 1 + lengthOf(this) + lengthOf(args[0]);
				return Reflect.apply(method, this, args);
			};
			Object.defineProperty(place, name, { ...descriptor, value: counted });
			restore[restore.length] = () => Object.defineProperty(place, name, descriptor!);
		}
	}
	try {
		does();
		return work;
	} finally {
		for (let index = 0; index < restore.length; index++) restore[index]();
	}
}
