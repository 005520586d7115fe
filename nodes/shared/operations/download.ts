import { badInput, JobError } from '../n8n/failure';
import { filesOf, jobInInput, textOf } from '../n8n/item';
import type { Item } from '../n8n/item';
import { jobInState } from '../job/job';
import type { JobFacts, VideoJob } from '../job/job';
import { fetchVideo } from '../video/download';
import type { Outcome } from '../output/outcome';
import { readJobPatiently } from '../job/read';
import { readJobId, refusalInInput } from '../input/parameters';
import type { Failure, JobState } from '../types';
import { factsOf } from './get';

/** Streams a finished video into a binary field; with a job ID it asks for a fresh link first. */
export async function download(item: Item): Promise<Outcome> {
	const jobId = textOf(item.parameter('jobId'));
	const videoUrl = textOf(item.parameter('videoUrl'));
	if (jobId === '' && videoUrl === '') {
		throw (
			refusalInInput(item) ??
			badInput(
				item,
				'There is neither a job ID nor a video URL',
				'Give the jobId or the videoUrl of an item that Generate and Wait or Get returned',
			)
		);
	}
	const { job, raw } =
		jobId === ''
			? { job: finishedJob(item, {}, videoUrl), raw: null }
			: await findVideo(item, readJobId(item), videoUrl);
	const field = textOf(item.parameter('binaryField')) || 'data';
	const binary = await fetchVideo(item, job.videoUrl as string, job.jobId, job.videoUrlExpiresAt);
	return { item, job, raw, binary: { ...filesOf(item.input), [field]: binary } };
}

/** A video that is known by its link alone; the item may remember how long the link lives. */
function finishedJob({ provider, input }: Item, facts: JobFacts, videoUrl: string): VideoJob {
	const { videoUrl: known, videoUrlExpiresAt } = input.json ?? {};
	const job = jobInState(provider, facts, { status: 'completed', videoUrl });
	if (known !== videoUrl || typeof videoUrlExpiresAt !== 'string') return job;
	return { ...job, videoUrlExpiresAt };
}

async function findVideo(item: Item, jobId: string, fallbackUrl: string) {
	const facts = factsOf(item, jobId);
	const { state, raw } = await readJobPatiently(item, facts);
	if (state.status === 'completed') return { job: jobInState(item.provider, facts, state), raw };
	// The provider may have forgotten the job, or its result, while its video is still there.
	const { status, videoUrl } = jobInInput(item, jobId);
	const wasCompleted = status === 'completed' && videoUrl === fallbackUrl;
	if (fallbackUrl !== '' && (state.status === 'unreadable' || wasCompleted)) {
		return { job: finishedJob(item, facts, fallbackUrl), raw };
	}
	throw stateError(item, facts, state);
}

/** Why there is no video: the job failed, could not be asked about, or still runs. */
function stateError(
	item: Item,
	{ jobId, model }: JobFacts & { jobId: string },
	state: Exclude<JobState, { status: 'completed' }>,
) {
	if (state.status === 'unreadable') {
		return new JobError(item, state.failure, { jobId, model });
	}
	if (state.status === 'failed' || state.status === 'canceled') {
		const { status } = state;
		return new JobError(item, state.failure, { jobId, model, status });
	}
	const status = state.status === 'queued' ? 'queued' : 'in_progress';
	const failure: Failure = { code: 'timeout', message: 'not finished yet', retryable: true };
	const error = new JobError(item, failure, { jobId, status });
	error.message = 'The video is not finished yet';
	error.description = `Wait for it with Generate and Wait or Job > Get, then download it. Job ID: ${jobId}`;
	return error;
}
