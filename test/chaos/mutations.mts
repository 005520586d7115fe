import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Key = string | number;
type Parent = Record<Key, Json>;

/** One change to a JSON value; `at` chooses the place, whatever the value looks like. */
interface Mutation {
	at: number;
	how:
		| { delete: true }
		| { replace: Json }
		| { nest: Json[] | string }
		| { unnest: number }
		| { rename: string }
		| { copyFrom: number }
		| { twice: true };
}

/** Names that mean something to JavaScript itself. */
const ownKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'toJSON', 'then'];

/** Neither text nor number can be made of it. */
const unprintable: Json = { toString: null, valueOf: 5 };

const hostile = fc.oneof(
	fc.constantFrom<Json>(
		...[null, true, false, 0, -1, 1e308, -0.5, '', ' ', '0', '2', 'text', 'x'.repeat(5000)],
		...['http://', 'https://', 'HTTPS:// /', 'ftp://x.example/v.mp4', '//x.example/v.mp4'],
		...['javascript:alert(1)', 'data:video/mp4;base64,AAAA', ' https://x.example/v.mp4'],
		...['completed', 'COMPLETED', 'succeeded', 'failed', 'error', 'canceled', 2, 3, '3', 99],
		...[[], [null], [[]], [[[]]], {}, unprintable, [unprintable], { length: 5 }, { url: null }],
		...[{ url: 'http://' }, { url: unprintable }, { 0: 'x' }, [{ url: 'ftp://x.example' }]],
	),
	fc.constantFrom(...ownKeys).map((key) => JSON.parse(`{"${key}":{"url":"https://"}}`) as Json),
	fc.jsonValue() as fc.Arbitrary<Json>,
);

const keys = fc.oneof(fc.constantFrom(...ownKeys, 'url', 'id', 'status', 'error'), fc.string());

const mutation = fc.record<Mutation>({
	at: fc.nat(),
	how: fc.oneof<Array<fc.Arbitrary<Mutation['how']>>>(
		fc.record({ delete: fc.constant(true as const) }),
		fc.record({ replace: hostile }),
		fc.record({ nest: fc.oneof(fc.constant<Json[]>([]), keys) }),
		fc.record({ unnest: fc.nat() }),
		fc.record({ rename: keys }),
		fc.record({ copyFrom: fc.nat() }),
		fc.record({ twice: fc.constant(true as const) }),
	),
});

/** A few changes: one alone, or some that make each other worse. */
export const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

/** The value with the changes made to it, one after the other. */
export function mutated(value: object, changes: Mutation[]): unknown {
	const root = { value: copyOf(value as Json) };
	for (const change of changes) mutate(root, change);
	return root.value;
}

function mutate(root: Parent, { at, how }: Mutation): void {
	const places = placesIn(root);
	const [parent, key] = places[at % places.length];
	const old = parent[key];
	if ('delete' in how && parent !== root) delete parent[key];
	else if ('delete' in how) parent[key] = null;
	else if ('replace' in how) set(parent, key, copyOf(how.replace));
	else if ('nest' in how)
		set(parent, key, Array.isArray(how.nest) ? [old] : set({}, how.nest, old));
	else if ('unnest' in how) {
		const inner = typeof old === 'object' && old !== null ? Object.values(old) : [];
		if (inner.length > 0) set(parent, key, inner[how.unnest % inner.length]);
	} else if ('rename' in how) {
		delete parent[key];
		// An array has no names, only a length that must not be set to anything.
		if (!Array.isArray(parent)) set(parent, parent === root ? key : how.rename, old);
	} else if ('copyFrom' in how) {
		const [from, name] = places[how.copyFrom % places.length];
		set(parent, key, copyOf(from[name]));
	} else set(parent, key, [old, old]);
}

const copyOf = (value: Json) => JSON.parse(JSON.stringify(value)) as Json;

/** Also where the key is `__proto__`, as `JSON.parse` does it. */
function set(parent: Parent, key: Key, value: Json): Parent {
	return Object.defineProperty(parent, key, {
		value,
		enumerable: true,
		writable: true,
		configurable: true,
	});
}

/** Every place in it where a value stands. */
function placesIn(parent: Parent): Array<[Parent, Key]> {
	return Object.entries(parent).flatMap(([key, value]) => [
		[parent, key] as [Parent, Key],
		...(typeof value === 'object' && value !== null ? placesIn(value as Parent) : []),
	]);
}
