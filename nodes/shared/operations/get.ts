import { toNodeError } from '../failure';
import type { Item } from '../item';
import { jobInInput } from '../item';
import { jobInState } from '../job';
import type { JobFacts, VideoJob } from '../job';
import type { Outcome } from '../outcome';
import { readJobPatiently } from '../read';
import { readJobId } from '../request';

/** Status of a job, and its result when there is one. */
export async function get(item: Item): Promise<Outcome> {
	const refusal = refusalInInput(item);
	if (refusal) throw refusal;
	const jobId = readJobId(item);
	const { state, raw } = await readJobPatiently(item, jobId);
	if (state.status === 'unreadable') {
		throw toNodeError(item.node, item.provider, state.failure, { itemIndex: item.index, jobId });
	}
	return { item, job: jobInState(item.provider, factsOf(item, jobId), state), raw };
}

/** Of an item whose request was refused: it has no job, and the reason then is the reason now. */
export function refusalInInput(item: Item) {
	if (String(item.parameter('jobId') ?? '').trim() !== '') return undefined;
	const { error: failure } = jobInInput(item, null) as Partial<VideoJob>;
	if (!failure) return undefined;
	const error = toNodeError(item.node, item.provider, failure, { itemIndex: item.index });
	error.message = failure.message;
	error.description = undefined;
	return error;
}

/** What the input item remembers of the job; the provider's answers do not repeat it. */
export function factsOf(item: Item, jobId: string): JobFacts {
	const { model, cost, metadata } = jobInInput(item, jobId) as JobFacts;
	const { models } = item.provider;
	return { jobId, model: model ?? (models.length === 1 ? models[0].id : null), cost, metadata };
}
