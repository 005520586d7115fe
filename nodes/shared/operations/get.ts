import { JobError } from '../n8n/failure';
import type { Item } from '../n8n/item';
import { jobInInput } from '../n8n/item';
import { jobInState, readJobFields } from '../job/job';
import type { JobFacts } from '../job/job';
import type { Outcome } from '../output/outcome';
import { readJobPatiently } from '../job/read';
import { readJobId } from '../input/parameters';

/** Status of a job, and its result when there is one. */
export async function get(item: Item): Promise<Outcome> {
	const jobId = readJobId(item);
	const facts = factsOf(item, jobId);
	const { state, raw } = await readJobPatiently(item, facts);
	if (state.status === 'unreadable') {
		throw new JobError(item, state.failure, facts);
	}
	return { item, job: jobInState(item.provider, facts, state), raw };
}

/** What the input item remembers of the job; the provider's answers do not repeat it. */
export function factsOf(item: Item, jobId: string): JobFacts & { jobId: string } {
	const { model, cost, metadata } = readJobFields(jobInInput(item, jobId));
	const { models } = item.provider;
	return { jobId, model: model ?? (models.length === 1 ? models[0].id : null), cost, metadata };
}
