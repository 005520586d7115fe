import type { Accepted, ErrorCode } from '../../../nodes/shared/types';
import { wayOf } from './cases.mts';
import type { Case } from './cases.mts';
import type { Says } from './faults.mts';
import { codeOf, deviates, readingOf, verdictOf } from './readings.mts';

/**
 * What has to come of each case, by the rules of docs/decisions (3: a submit is repeated only where
 * it certainly was not accepted; 13: every wait sleeps; 14: what is in doubt stays in doubt), by
 * docs/money.md, docs/waiting.md and docs/callbacks.md. What one answer says is in readings.mts;
 * neither file imports anything that it judges. Where those pages are silent, as on which refusal
 * ends a wait at once, it holds what the nodes do today. Where a list stands, each of its values is right.
 */
export interface Expected {
	/** `status` of the item. */
	status: Array<string | null>;
	/** `error.code`; null: no error. */
	code: Array<ErrorCode | null>;
	/** `error.accepted`, where there is an error. */
	accepted?: Accepted;
	/** The item has the ID of the job that was issued. */
	hasId: boolean;
	/** Submits that arrived, and those that the provider took. */
	submits: number;
	jobs: number;
	hasFile?: boolean;
	hasPrice?: boolean;
	hasBalance?: boolean;
	/** Answers to the first two deliveries of a callback, and the runs that they started. */
	answers?: number[];
	runs?: number;
	/** The same once more in the same execution, without faults, as Retry On Fail does it. */
	secondTry?: Pick<Expected, 'status' | 'code' | 'accepted' | 'hasId' | 'submits' | 'jobs'>;
}

const mostSubmits = 4;

const running = ['queued', 'in_progress'];
const done = { status: ['completed'], code: [null], hasId: true };
const paid = { submits: 1, jobs: 1 };
const wentOn: Expected = { ...done, ...paid };

const kept = (code: Array<ErrorCode | null>, status: Expected['status'] = running): Expected => ({
	status,
	code,
	accepted: 'yes',
	hasId: true,
	...paid,
});

const failedJob = (says: Says): Expected =>
	kept([says.kind === 'odd' ? 'unknown' : 'validation'], ['failed']);

function expectSubmit(one: Case, ifAccepted: Expected): Expected {
	const { fault, provider, isLasting } = one;
	const { says } = fault;
	const verdict = verdictOf(says, provider);
	const isUnsent = says.kind === 'nothing' && !says.isSent;
	if (verdict === 'accepted') return { ...ifAccepted, secondTry: ifAccepted };
	const none = { status: ['failed'], hasId: false, jobs: fault.hasEffect ? 1 : 0 };
	if (verdict === 'doubt') {
		const code: Expected['code'] = ['provider_unavailable', 'timeout'];
		const lost: Expected = { ...none, code, accepted: 'maybe', submits: 1 };
		return { ...lost, secondTry: lost };
	}
	if (verdict === 'repeated' && !isLasting) {
		const accepted = { ...ifAccepted, submits: isUnsent ? 1 : 2 };
		return { ...accepted, secondTry: accepted };
	}
	const isGone = 'status' in says && says.status === 404 && deviates(provider, 'hasWithdrawn');
	const submits = isUnsent ? 0 : verdict === 'repeated' ? mostSubmits : 1;
	const code = isGone ? 'model_unavailable' : codeOf(says, provider);
	const refused: Expected = { ...none, code: [code], accepted: 'no', submits };
	return { ...refused, secondTry: { ...ifAccepted, submits: submits + 1 } };
}

/** A wait that asks again and again. */
function expectWait({ fault: { says }, provider, call, isLasting }: Case): Expected {
	const reading = readingOf(says, provider, call);
	if (reading === 'failed') return failedJob(says);
	const code = codeOf(says, provider);
	const isForGood = code === 'authentication' || code === 'permission';
	if (reading === 'refused' && isForGood) return kept([code]);
	if (reading === 'whole' || !isLasting) return wentOn;
	// Reading costs nothing, so it goes on in an account without money.
	const isRefused = reading === 'refused' && code !== 'insufficient_balance';
	return kept([isRefused ? code : 'timeout']);
}

/** The whole server, also where it is asked for other things. */
const isAway = (says: Says, isLasting: boolean) =>
	says.kind === 'nothing' && !says.isSent && isLasting;

/** Deliveries are repeated, and so is each question; at Timeout the node looks by itself. */
function expectCallbacks({ fault: { says }, provider, call, isLasting }: Case): Expected {
	if (call === 'jwks') return isAway(says, isLasting) ? kept(['timeout']) : wentOn;
	const reading = readingOf(says, provider, call);
	if (reading === 'failed') return failedJob(says);
	if (reading === 'whole' || !isLasting) return wentOn;
	// How often it was asked until then decides which of the two.
	return kept(reading === 'refused' ? [codeOf(says, provider), 'timeout'] : ['timeout']);
}

const notStarted: Expected = { status: [null], code: [null], hasId: false, ...paid, runs: 0 };

function expectTrigger(one: Case): Expected {
	const { fault, provider, call, isLasting } = one;
	const { says } = fault;
	const started = { answers: [200], runs: 1 };
	if (call === 'jwks') {
		if (says.kind === 'whole') return { ...wentOn, ...started };
		// Keys that cannot be had are asked for again after half a minute; those that do not fit stay.
		const answer = says.kind === 'odd' ? 401 : 503;
		// The keys are given five seconds, which are more than that half a minute here.
		if (fault.company === 'slow' && !isLasting) return { ...wentOn, answers: [503, 200], runs: 1 };
		return { ...notStarted, answers: [answer, answer] };
	}
	if (call === 'media') return { ...expectMedia(one), ...started };
	const reading = readingOf(says, provider, call);
	if (reading === 'whole') return { ...wentOn, ...started };
	if (reading === 'failed') return { ...failedJob(says), ...started };
	const answer = reading === 'refused' ? 400 : 503;
	if (isLasting) return { ...notStarted, answers: [answer, answer] };
	return { ...wentOn, answers: [answer, 200], runs: 1 };
}

function expectGet({ fault: { says }, provider, call, isLasting }: Case): Expected {
	switch (readingOf(says, provider, call)) {
		case 'whole':
			return wentOn;
		case 'running':
			return { ...wentOn, status: ['in_progress'] };
		case 'failed':
			return failedJob(says);
		case 'refused':
			return kept([codeOf(says, provider)]);
		case 'unread':
			return isLasting ? kept([codeOf(says, provider)]) : wentOn;
	}
}

function expectDownload(one: Case): Expected {
	if (one.call === 'media') return expectMedia(one);
	const found = expectGet(one);
	if (found.status.includes('completed')) return { ...found, hasFile: true };
	// No reason for the question is worse than the wait that is still needed.
	return found.code.includes(null) ? kept(['timeout']) : found;
}

/** Of a file. What the wrong host says once and for all is not asked for again. */
function expectMedia({ fault: { says, name }, isLasting }: Case): Expected {
	const withFile = { ...wentOn, hasFile: true };
	const status = 'status' in says ? says.status : 200;
	const isFinal =
		status === 200
			? !['nothing', 'whole'].includes(says.kind)
			: ![404, 408, 429].includes(status) && status < 500;
	const isMissing = says.kind === 'nothing' || (says.kind === 'unreadable' && name === 'empty');
	const mayRecover = isMissing ? !['deep nesting', '100 MB body'].includes(name) : !isFinal;
	if (says.kind === 'whole' || (mayRecover && !isLasting)) return withFile;
	const isGone = status === 403 || status === 404;
	const code = isGone ? 'not_found' : 'provider_unavailable';
	return { ...kept([code], [...running, 'completed']), hasFile: false };
}

function expectCancel({ fault: { says }, provider, call }: Case): Expected {
	const canceled: Expected = { ...wentOn, status: ['canceled'] };
	const asked = (status: Expected['status']) => kept(['canceled'], status);
	if (call === 'cancel') {
		const isTaken = says.kind !== 'nothing' && (!('status' in says) || says.status < 300);
		return isTaken ? canceled : kept([codeOf(says, provider)]);
	}
	// The job has been canceled: its result says so with a status of its own.
	if (call === 'result' && says.kind === 'odd') return canceled;
	switch (readingOf(says, provider, call)) {
		case 'whole':
			return canceled;
		case 'failed':
			return failedJob(says);
		case 'running':
			return asked(running);
		default: {
			// Its status has said it already, so that the result need not be read.
			const isKnown = call === 'result' && 'status' in says && says.status >= 500;
			return isKnown ? canceled : asked([null]);
		}
	}
}

/** Finding nothing proves nothing: the submit stays in doubt. */
function expectRecover(one: Case): Expected {
	const { fault, provider, call, isLasting } = one;
	const { says } = fault;
	if (call !== 'requests') {
		const found = expectGet(one);
		const isUnread = ['unread', 'refused'].includes(readingOf(says, provider, call));
		// The record of the provider has the end, too.
		return isUnread ? wentOn : found;
	}
	const status = 'status' in says ? says.status : 200;
	const isRepeated =
		says.kind === 'nothing' || status >= 500 || (status === 429 && fault.company === 'any');
	if (says.kind === 'whole' || (isRepeated && !isLasting)) return wentOn;
	const isReadable = status < 300 && says.kind !== 'nothing';
	const code: Expected['code'] = isReadable ? ['unknown', 'not_found'] : [codeOf(says, provider)];
	return { status: [null], code, accepted: 'maybe', hasId: false, ...paid };
}

function expectUpload(one: Case): Expected {
	const { fault, provider, call, isLasting } = one;
	const { says } = fault;
	const uploaded: Expected = { ...wentOn, status: ['queued'] };
	const status = 'status' in says ? says.status : 200;
	// The storage says nothing but a status.
	const isBytes = call === 'uploadBytes';
	const isStored = isBytes && status < 300 && (says.kind !== 'nothing' || !isCut(fault.name));
	if (says.kind === 'whole' || isStored) return uploaded;
	const isPatient = fault.company !== 'break' || isBytes;
	const passes = isBytes || (readingOf(says, provider, 'upload') === 'unread' && isPatient);
	if (passes && !isLasting) return uploaded;
	const code: ErrorCode =
		says.kind === 'odd' ? 'unknown' : isBytes ? 'provider_unavailable' : codeOf(says, provider);
	return { status: ['failed'], code: [code], accepted: 'no', hasId: false, submits: 0, jobs: 0 };
}

/** Where not even the status arrived. */
const isCut = (name: string) => !['deep nesting', '100 MB body'].includes(name);

function expectBalance({ fault: { says }, provider }: Case): Expected {
	const none = { status: [null], hasId: false, submits: 0, jobs: 0 };
	if (says.kind === 'whole') return { ...none, code: [null], hasBalance: true };
	const isPlain = says.kind === 'odd' || (says.kind === 'unreadable' && says.status === 200);
	// The account of fal is shown to keys with the scope ADMIN alone.
	const isScope = provider.id === 'fal' && 'status' in says && says.status === 403;
	const code = isScope ? 'permission' : codeOf(says, provider);
	return {
		...none,
		code: isPlain ? ['unknown', 'provider_unavailable'] : [code],
		hasBalance: false,
	};
}

export function expectedOf(one: Case): Expected {
	const { way, call, fault } = one;
	const isWhole = fault.says.kind === 'whole';
	const queued: Expected = { ...wentOn, status: ['queued'] };
	const nothingSent = { hasId: false, submits: 0, jobs: 0 };
	if (call === 'submit') {
		const ifAccepted = wayOf(way).operation === 'generate' ? queued : wentOn;
		const { secondTry, ...first } = expectSubmit(one, ifAccepted);
		// Who sleeps is not tried again.
		return way === 'watcher' ? first : { ...first, secondTry };
	}
	switch (way) {
		case 'generate':
		case 'tool':
			throw new Error(`Nobody has said what comes of ${call} there`);
		case 'files':
			return expectUpload(one);
		case 'budget':
			return isWhole
				? queued
				: { ...nothingSent, status: ['failed'], code: ['validation'], accepted: 'no' };
		case 'withdrawn': {
			const code = isWhole ? 'model_unavailable' : 'not_found';
			const refused = { status: ['failed'], code: [code as ErrorCode], hasId: false };
			return { ...refused, accepted: 'no', submits: 1, jobs: 0 };
		}
		case 'look':
			return wentOn;
		case 'awake':
		case 'watcher':
			return expectWait(one);
		case 'callback':
			return expectCallbacks(one);
		case 'trigger':
			return expectTrigger(one);
		case 'get':
			return expectGet(one);
		case 'download':
			return expectDownload(one);
		case 'link':
			return isAway(fault.says, one.isLasting)
				? { ...kept(['provider_unavailable'], ['completed']), hasFile: false }
				: { ...wentOn, hasFile: true };
		case 'cancel':
			return expectCancel(one);
		case 'recover':
			return expectRecover(one);
		case 'balance':
			return expectBalance(one);
		case 'estimate':
			return { ...nothingSent, status: [null], code: [null], hasPrice: isWhole };
	}
}
