import type { IDataObject } from 'n8n-workflow';

import { describeFailure, isErrorCode } from '../n8n/failure';
import type { Accepted, Cost, Failure, ItemError, JobState, VideoProvider } from '../types';
import { httpUrl, isObject } from '../wire/answers';

/** The one shape that leaves every operation of every node. Keys are always there; unknown is null. */
export interface VideoJob {
	provider: string;
	model: string | null;
	jobId: string | null;
	status: 'queued' | 'in_progress' | 'completed' | 'failed' | 'canceled' | null;
	/** Per cent. */
	progress: number | null;
	videoUrl: string | null;
	/** ISO 8601, only where the provider promises a life. */
	videoUrlExpiresAt: string | null;
	error: JobFailure | null;
	cost: Cost | null;
	metadata: IDataObject | null;
}

/** An error as it leaves the node. */
export interface JobFailure extends ItemError {
	accepted: Accepted;
}

/** What is known of a job whatever its state. */
export interface JobFacts {
	model?: string | null;
	jobId?: string | null;
	cost?: Cost | null;
	metadata?: IDataObject | null;
}

export function emptyJob(provider: VideoProvider, facts: JobFacts): VideoJob {
	return {
		provider: provider.id,
		model: facts.model ?? null,
		jobId: facts.jobId ?? null,
		status: null,
		progress: null,
		videoUrl: null,
		videoUrlExpiresAt: null,
		error: null,
		cost: facts.cost ?? null,
		metadata: facts.metadata ?? null,
	};
}

/** Longer than any reason that we write. */
const maxMessageLength = 2000;

type Read<Value> = (value: unknown) => Value | undefined;

const readText: Read<string> = (value) =>
	typeof value === 'string' && value !== '' ? value : undefined;

const oneOf =
	<Value extends string>(...values: Value[]): Read<Value> =>
	(value) =>
		values.find((candidate) => candidate === value);

const readDate: Read<string> = (value) => {
	const date = new Date(readText(value) ?? NaN);
	return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

/** A text alone is a reason, too. What does not tell is in doubt: the safe side for a failover. */
const readFailure: Read<JobFailure> = (value) => {
	const failure: IDataObject = isObject(value) ? value : { message: value as string };
	const message = readText(failure.message)?.slice(0, maxMessageLength);
	if (!message) return undefined;
	const code = isErrorCode(failure.code) ? failure.code : 'unknown';
	const accepted = oneOf('no', 'maybe', 'yes')(failure.accepted) ?? 'maybe';
	return { ...failure, code, message, retryable: failure.retryable === true, accepted };
};

const readCost: Read<Cost> = (value) => {
	if (!isObject(value) || typeof value.amount !== 'number') return undefined;
	const currency = oneOf('USD', 'credits')(value.currency);
	const kind = oneOf('estimated', 'reserved', 'charged')(value.kind);
	return currency && kind && { amount: value.amount, currency, kind };
};

const readers: { [Name in keyof VideoJob]: Read<NonNullable<VideoJob[Name]>> } = {
	provider: readText,
	model: readText,
	jobId: readText,
	status: oneOf('queued', 'in_progress', 'completed', 'failed', 'canceled'),
	progress: (value) => (typeof value === 'number' ? value : undefined),
	videoUrl: httpUrl,
	videoUrlExpiresAt: readDate,
	error: readFailure,
	cost: readCost,
	metadata: (value) => (isObject(value) ? value : undefined),
};

/** What an item says of a job, without what is not as we write it: anybody may have written it. */
export function readJobFields(json: IDataObject): Partial<VideoJob> {
	const fields = Object.entries(readers).map(([name, read]) => [name, read(json[name])]);
	return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Partial<VideoJob>;
}

/** Whether nothing more will happen to the job. One that cannot be read may still run. */
export const hasEnded = ({ status }: { status: JobState['status'] | null }): boolean =>
	status === 'completed' || status === 'failed' || status === 'canceled';

/** The job with its state written in. An estimate stays until the provider names the charge. */
export function jobInState(provider: VideoProvider, facts: JobFacts, state: JobState): VideoJob {
	const job = emptyJob(provider, { ...facts, model: state.model ?? facts.model });
	switch (state.status) {
		case 'queued':
		case 'in_progress':
			return { ...job, status: state.status, progress: state.progress ?? null };
		case 'settled':
			return { ...job, status: 'in_progress' };
		case 'completed':
			return {
				...job,
				status: 'completed',
				progress: 100,
				videoUrl: state.videoUrl,
				videoUrlExpiresAt: state.videoUrlExpiresAt ?? null,
				cost: state.cost ?? job.cost,
			};
		case 'failed':
		case 'canceled':
			return {
				...withFailure(provider, { ...job, status: state.status }, state.failure),
				// What a failed job costs is known only where its provider says so.
				cost: state.cost ?? (job.cost?.kind === 'estimated' ? null : job.cost),
			};
		case 'unreadable':
			return withFailure(provider, job, state.failure);
	}
}

/** The job with this failure, and the next step in its message. */
export const withFailure = (provider: VideoProvider, job: VideoJob, failure: Failure): VideoJob =>
	withError(job, { ...failure, message: describeFailure(provider, failure, job.model) });

/**
 * The job with this error. `accepted` is decided here and nowhere else, because a failover that goes
 * by it pays twice where it is wrong.
 *
 * @param isInDoubt the request was sent, and no answer told what became of it
 */
export function withError(
	job: VideoJob,
	{ code, message, retryable }: Failure,
	isInDoubt = false,
): VideoJob {
	const isKnown = job.jobId !== null || job.videoUrl !== null;
	const accepted = isKnown ? 'yes' : isInDoubt ? 'maybe' : 'no';
	return { ...job, error: { code, message, retryable, accepted } };
}
