import type { IDataObject } from 'n8n-workflow';

import { describeFailure } from '../n8n/failure';
import type { Cost, Failure, ItemError, JobState, VideoProvider } from '../types';

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
	error: ItemError | null;
	cost: Cost | null;
	metadata: IDataObject | null;
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
				...job,
				status: state.status,
				error: explained(provider, state.failure, job.model),
				// What a failed job costs is known only where its provider says so.
				cost: state.cost ?? (job.cost?.kind === 'estimated' ? null : job.cost),
			};
		case 'unreadable':
			return { ...job, error: explained(provider, state.failure, job.model) };
	}
}

/** The failure with the next step in its message, as it stands in an item. */
export const explained = (
	provider: VideoProvider,
	failure: Failure,
	modelId?: string | null,
): ItemError => ({
	code: failure.code,
	message: describeFailure(provider, failure, modelId),
	retryable: failure.retryable,
});
