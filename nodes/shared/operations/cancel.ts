import { isFailure } from '../wire/answers';
import { JobError, sentence } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { jobInState, withError } from '../job/job';
import type { VideoJob } from '../job/job';
import type { Outcome } from '../output/outcome';
import { readJob } from '../job/read';
import { readJobId } from '../input/parameters';
import { isAnswer, send } from '../http/send';
import type { Failure } from '../types';
import { factsOf, get } from './get';

/** Asks the provider to cancel a job; one that has already ended is returned as it ended. */
export async function cancel(item: Item): Promise<Outcome> {
	const { provider } = item;
	const jobId = readJobId(item);
	const fail = (failure: Failure, httpCode?: number) =>
		new JobError(item, failure, { jobId, httpCode });
	if (!provider.cancel) {
		const message = `${provider.displayName} has no way to cancel a job`;
		throw fail({ code: 'validation', message, retryable: false });
	}
	const answer = await send(item, provider.cancel.build(jobId));
	if (!isAnswer(answer)) {
		throw fail({ code: 'provider_unavailable', message: answer.message, retryable: true });
	}
	const result = provider.cancel.parse(answer);
	if (result === 'already_ended') return await get(item);
	if (isFailure(result)) throw fail(result, answer.status);
	return { item, job: await jobAfterRequest(item, jobId), raw: answer.body };
}

/** A job that already runs may still finish, so it is only called canceled when it is. */
async function jobAfterRequest(item: Item, jobId: string): Promise<VideoJob> {
	const { state } = await readJob(item, jobId);
	const job = jobInState(item.provider, { ...factsOf(item, jobId), cost: null }, state);
	if (state.status === 'canceled') return { ...job, error: null };
	if (state.status === 'completed' || state.status === 'failed') return job;
	const message =
		'cancellation was requested; a job that already runs may still finish and be billed';
	return withError(job, { code: 'canceled', message: sentence(message), retryable: false });
}
