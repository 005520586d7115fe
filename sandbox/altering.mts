import type { Answer } from './contract.mts';
import type { Fault } from './faults.mts';

type Alteration = Extract<Fault, { kind: 'alter' }>;

/** The answer with another status, other values of some fields, or values of wrong types. */
export function altered(
	{ status, headers, body }: Answer,
	{ status: otherStatus = status, fields = {}, wrongTypes = false }: Alteration,
): Answer {
	const answer = { status: otherStatus, headers, body };
	if (!('json' in body)) return answer;
	const renewed = withFields(body.json, fields);
	return { ...answer, body: { json: wrongTypes ? mistyped(renewed) : renewed } };
}

function withFields(value: unknown, fields: Record<string, unknown>): unknown {
	return mapped(value, (inner, name) =>
		name in fields ? fields[name] : withFields(inner, fields),
	);
}

/** A text becomes an object, a number, too, and a boolean a text. */
function mistyped(value: unknown): unknown {
	if (typeof value === 'string') return { text: value };
	if (typeof value === 'number') return { number: value };
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	return mapped(value, mistyped);
}

function mapped(value: unknown, change: (inner: unknown, name: string) => unknown): unknown {
	if (Array.isArray(value)) return value.map((inner) => change(inner, ''));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [name, change(inner, name)]),
	);
}
