import type { JsonWebKey } from 'node:crypto';

import { jsonParse } from 'n8n-workflow';

import { hasEnded, jobInState } from '../job/job';
import type { VideoJob } from '../job/job';
import type { JobReference, Reading } from '../job/read';
import type { Delivery, VideoProvider } from '../types';
import { isObject } from '../wire/answers';
import { whyNotJobId } from '../wire/jobId';
import type { SpentNonces } from '../n8n/state';
import type { OnceOnly } from './once';
import { openToken } from './token';
import type { CallbackToken } from './token';

const maxBodyBytes = 1024 * 1024;

/** What tells whether a delivery is one that we asked for. */
export interface Authentication {
	provider: VideoProvider;
	apiKey: string;
	now: number;
	/** The sleeping node that is called, if it is one. */
	sleeper?: string;
	/** `webhookId` of the trigger that is called, if it is one. */
	receiver?: string;
	/** Keys for the signature; undefined when they cannot be had right now. */
	keys(): Promise<JsonWebKey[] | undefined>;
	/** Newer keys: none when it is too early to ask again, undefined when they cannot be had. */
	newerKeys(): Promise<JsonWebKey[] | undefined>;
	/** For the owner of the workflow; the sender learns nothing but a status. */
	warn(problem: 'unknown_key' | 'other_receiver' | 'no_job_id' | 'strange_job_id'): void;
}

/** What a trigger checks a delivery with. */
export interface Checks extends Authentication {
	once: OnceOnly;
	/** The workflow that would run. */
	scope: string;
	/** Nonces that were spent before this process started. */
	stored: SpentNonces;
	/**
	 * Reads what the run will need besides the job.
	 *
	 * @throws where that fails: then nothing is asked, and the token can still be used
	 */
	prepare(): void;
	/** Reads the job with the user's own key: what it says is what counts. */
	read(job: JobReference): Promise<Reading>;
}

export type Verdict =
	| { status: 400 | 401 | 503 }
	/** Delivered before: nothing more happens. */
	| { status: 200 }
	| { status: 200; job: VideoJob };

/**
 * A callback wakes; it does not tell. Token, size, signature, nonce and shape are checked in this
 * order, then the job is read again and only what was read is believed.
 */
export async function receive(
	delivery: Delivery,
	tokenText: string,
	checks: Checks,
): Promise<Verdict> {
	const { provider, now, once, scope, stored } = checks;
	const authenticated = await authenticate(delivery, tokenText, checks);
	if ('status' in authenticated) return authenticated;
	const { token } = authenticated;

	const { nonce } = token;
	if (once.isSpent(nonce, stored)) return { status: 200 };
	const jobId = jobIdOf(delivery, provider);
	if (jobId === undefined) {
		checks.warn('no_job_id');
		return { status: 400 };
	}
	if (whyNotJobId(provider, jobId)) {
		checks.warn('strange_job_id');
		return { status: 400 };
	}
	checks.prepare();
	// Nothing may be awaited between this question and `isSpent`, so that of several deliveries at
	// the same moment only one goes on.
	if (!once.mayAsk(token, jobId, scope, now)) return { status: 503 };
	const { model, metadata } = token;
	const { state } = await checks.read({ jobId, model });
	if (!hasEnded(state)) {
		once.release(nonce, jobId);
		const isFinal = state.status === 'unreadable' && !state.failure.retryable;
		return { status: isFinal ? 400 : 503 };
	}
	if (!once.spend(nonce)) return { status: 200 };
	return { status: 200, job: jobInState(provider, { jobId, model, metadata }, state) };
}

/**
 * Checks token, size and signature, in this order. The token must have been sealed for this
 * receiver.
 */
export async function authenticate(
	delivery: Delivery,
	tokenText: string,
	checks: Authentication,
): Promise<{ token: CallbackToken } | { status: 400 | 401 | 503 }> {
	const opened = openToken(checks.apiKey, tokenText, checks.now);
	if ('problem' in opened) {
		if (opened.problem === 'unknown_key') checks.warn('unknown_key');
		return { status: 401 };
	}
	const { token } = opened;
	if (token.provider !== checks.provider.id) return { status: 401 };
	if (token.sleeper !== checks.sleeper) return { status: 401 };
	if (token.receiver !== undefined && token.receiver !== checks.receiver) {
		checks.warn('other_receiver');
		return { status: 401 };
	}
	if (!token.watcher && !checks.provider.callback) return { status: 401 };
	if (delivery.rawBody.length > maxBodyBytes) return { status: 400 };
	// Only this node can have sealed it.
	if (token.watcher) return { token };
	const signature = await checkSignature(delivery, checks);
	if (signature !== 'good') return { status: signature === 'wrong' ? 401 : 503 };
	return { token };
}

async function checkSignature(
	delivery: Delivery,
	{ provider, keys, newerKeys, now }: Authentication,
): Promise<'good' | 'wrong' | 'unknown'> {
	const signing = provider.callback?.signing;
	if (!signing) return 'good';
	const known = await keys();
	if (!known) return 'unknown';
	if (signing.verify(delivery, known, now)) return 'good';
	const newer = await newerKeys();
	if (!newer) return 'unknown';
	return signing.verify(delivery, newer, now) ? 'good' : 'wrong';
}

function jobIdOf({ headers, rawBody }: Delivery, { callback }: VideoProvider): string | undefined {
	if (!/^application\/([\w.+-]+\+)?json\b/i.test(String(headers['content-type'] ?? ''))) {
		return undefined;
	}
	// Text that is broken, or nested too deeply to be read, names no job.
	const body: unknown = jsonParse(rawBody.toString('utf8'), { fallbackValue: null });
	return isObject(body) ? callback?.jobIdOf(body) : undefined;
}
