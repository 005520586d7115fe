import { isFailure } from '../wire/answers';
import { badInput, JobError, sentence } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { jobInState, withError } from '../job/job';
import type { JobFacts, VideoJob } from '../job/job';
import type { Outcome } from '../output/outcome';
import { askAtPlaces, readJob } from '../job/read';
import { readJobId } from '../input/parameters';
import { failureOfSilence, isAnswer, send } from '../http/send';
import type { CancelOutcome, Failure, VideoProvider, WireResponse } from '../types';
import { factsOf, get } from './get';

/** Asks the provider to cancel a job; one that has already ended is returned as it ended. */
export async function cancel(item: Item): Promise<Outcome> {
	const { provider } = item;
	const jobId = readJobId(item);
	const fail = (failure: Failure, httpCode?: number) =>
		new JobError(item, failure, { jobId, httpCode });
	if (!provider.cancel) {
		throw badInput(
			item,
			`${provider.displayName} cannot cancel a job`,
			'Wait for its end with Job > Get',
		);
	}
	const facts = factsOf(item, jobId);
	const { cancel: cancellation } = provider;
	const { answer, result } = await askAtPlaces(
		item,
		facts,
		async (place) => await ask(item, cancellation, jobId, place),
		isUnknown,
	);
	if (result === 'already_ended') return await get(item);
	if (isFailure(result)) throw fail(result, answer?.status);
	return { item, job: await jobAfterRequest(item, facts), raw: answer?.body };
}

interface Asked {
	answer?: WireResponse;
	result: CancelOutcome;
}

const isUnknown = ({ result }: Asked) => isFailure(result) && result.code === 'not_found';

async function ask(
	item: Item,
	{ build, parse }: NonNullable<VideoProvider['cancel']>,
	jobId: string,
	model: string,
): Promise<Asked> {
	const answer = await send(item, build(jobId, model));
	if (isAnswer(answer)) return { answer, result: parse(answer) };
	return { result: failureOfSilence(answer) };
}

/** A job that already runs may still finish, so it is only called canceled when it is. */
async function jobAfterRequest(item: Item, facts: JobFacts & { jobId: string }): Promise<VideoJob> {
	const { state } = await readJob(item, facts);
	const job = jobInState(item.provider, { ...facts, cost: null }, state);
	if (state.status === 'canceled') return { ...job, error: null };
	if (state.status === 'completed' || state.status === 'failed') return job;
	const message =
		'cancellation was requested; a job that already runs may still finish and be billed';
	return withError(job, { code: 'canceled', message: sentence(message), retryable: false });
}
