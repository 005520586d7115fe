import type { Call } from '../../../sandbox/contract.mts';
import type { Fault } from '../../../sandbox/server.mts';

/** What a fault lets the caller know. The oracle goes by this and by nothing else. */
export type Says =
	/** No answer came to its end. `isSent: false`: the request never reached anybody. */
	| { kind: 'nothing'; isSent: boolean }
	/** An answer that is no JSON object. */
	| { kind: 'unreadable'; status: number }
	/** A refusal, in the provider's own words. */
	| { kind: 'status'; status: number; retryAfter?: number }
	/** A refusal by its status that names the job all the same. */
	| { kind: 'named'; status: number }
	/** The provider's own answer, in which a word is unknown, or nothing has its type. */
	| { kind: 'odd'; what: 'unknown status' | 'wrong types' }
	/** The whole answer, only late. */
	| { kind: 'whole' };

export interface FaultKind {
	name: string;
	says: Says;
	/**
	 * Whom its item shares an execution with. `slow`: others that are given little time; `break`: a
	 * provider that wants to be left alone; `server`: it is about the whole server, so nobody.
	 */
	company: 'any' | 'slow' | 'break' | 'server';
	/** Whether the request does at the provider what it is for. */
	hasEffect: boolean;
	/** What the sandbox does at this call; undefined where it leaves altogether. */
	at(call: Call): Fault | undefined;
	/** Where it makes sense; everywhere when absent. */
	calls?: Call[];
	/** Why it makes none elsewhere. */
	whyNot?: string;
}

/** Longer than anybody waits here. */
const forEver = 60_000;

const json = 'application/json';
const page = '<html><body>Bad gateway</body></html>';
const deepJson = `{"detail":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

/** Of a file or JSON, as the call has it. */
const typeAt = (call: Call) => (call === 'media' ? 'video/mp4' : json);

const fault = (
	name: string,
	says: Says,
	at: FaultKind['at'],
	more: Partial<FaultKind> = {},
): FaultKind => ({ name, says, at, company: 'any', hasEffect: true, ...more });

const always = (spoilt: Fault) => () => spoilt;
const nothing: Says = { kind: 'nothing', isSent: true };

const raw = (status: number, contentType: string, body: string, afterHandling = true): Fault => ({
	kind: 'raw',
	status,
	contentType,
	body,
	afterHandling,
});
const withoutEffect = { hasEffect: false };

const statuses = [401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503];

const refusals = statuses.map((status) =>
	fault(
		String(status),
		{ kind: 'status', status },
		always({ kind: 'status', status }),
		withoutEffect,
	),
);

/** Calls that change something at the provider, so that it matters whether they had an effect. */
const effective: Call[] = ['submit', 'cancel'];

const afterEffect = [408, 500, 502, 503].map((status) =>
	fault(
		`${status} after acceptance`,
		{ kind: 'status', status },
		always({ kind: 'status', status, afterHandling: true }),
		{ calls: effective, whyNot: 'the call has no effect that could come before its answer' },
	),
);

const naming = statuses.map((status) =>
	fault(
		`${status} that names the job`,
		{ kind: 'named', status },
		always({ kind: 'alter', status }),
		{
			calls: ['submit'],
			whyNot: 'only the answer to a submit names a job that is not known yet',
		},
	),
);

const busyFor = (seconds: number, more: Partial<FaultKind> = {}) =>
	fault(
		`429 with Retry-After: ${seconds}`,
		{ kind: 'status', status: 429, retryAfter: seconds },
		always({ kind: 'status', status: 429, headers: { 'Retry-After': String(seconds) } }),
		{ ...withoutEffect, ...more },
	);

/** Answers with a word for the state of a job. */
const withStatusWord: Call[] = ['submit', 'status', 'cancel'];
/** Answers of which nothing but the status is read, or that are no JSON. */
const notJson: Call[] = ['media', 'uploadBytes'];
export const faults: FaultKind[] = [
	fault('refused connection', { kind: 'nothing', isSent: false }, () => undefined, {
		company: 'server',
		...withoutEffect,
	}),
	fault(
		'reset before acceptance',
		nothing,
		always({ kind: 'drop', when: 'before' }),
		withoutEffect,
	),
	fault('reset after acceptance', nothing, always({ kind: 'drop', when: 'after' })),
	fault('timeout', nothing, always({ kind: 'slow', milliseconds: forEver, where: 'headers' }), {
		company: 'slow',
	}),
	...refusals,
	...afterEffect,
	...naming,
	busyFor(1),
	busyFor(3600, { company: 'break' }),
	fault('HTML', { kind: 'unreadable', status: 200 }, always(raw(200, 'text/html', page))),
	fault('HTML of a 502', { kind: 'unreadable', status: 502 }, always(raw(502, 'text/html', page))),
	fault(
		'HTML of a 403',
		{ kind: 'unreadable', status: 403 },
		always(raw(403, 'text/html', page, false)),
		withoutEffect,
	),
	fault('empty', { kind: 'unreadable', status: 200 }, (call) => raw(200, typeAt(call), '')),
	fault('half a JSON', { kind: 'unreadable', status: 200 }, always(raw(200, json, '{"sta'))),
	fault('a list', { kind: 'unreadable', status: 200 }, always(raw(200, json, '[]'))),
	fault('truncated', nothing, always({ kind: 'truncate' })),
	fault('slow', { kind: 'whole' }, always({ kind: 'slow', milliseconds: 50, where: 'body' })),
	fault('slow drip', { kind: 'whole' }, always({ kind: 'drip', milliseconds: 200 })),
	fault('endless drip', nothing, always({ kind: 'drip', milliseconds: forEver }), {
		company: 'slow',
	}),
	fault(
		'wrong types',
		{ kind: 'odd', what: 'wrong types' },
		always({ kind: 'alter', wrongTypes: true }),
	),
	fault(
		'unknown status',
		{ kind: 'odd', what: 'unknown status' },
		always({ kind: 'alter', fields: { status: 'DREAMING' } }),
		{ calls: withStatusWord, whyNot: 'the answer has no word for a status' },
	),
	fault('deep nesting', nothing, always(raw(200, json, deepJson))),
	fault('100 MB body', nothing, always({ kind: 'flood', megabytes: 100, afterHandling: true })),
];

/** Why a fault of this table says nothing new at this call; undefined where it does. */
export function whyNotAt({ name, calls, whyNot }: FaultKind, call: Call): string | undefined {
	if (calls && !calls.includes(call)) return whyNot;
	if (notJson.includes(call)) {
		if (name === 'wrong types') return 'the answer has no JSON whose types could be wrong';
		if (name === 'endless drip') return 'a long video over a slow line is no fault; silence is';
	}
	if (call === 'uploadBytes' && ['truncated', 'slow', 'slow drip'].includes(name)) {
		return 'the answer has no body';
	}
	return undefined;
}
