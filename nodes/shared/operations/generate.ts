import type { Item } from '../n8n/item';
import { jobInState } from '../job/job';
import type { Outcome } from '../output/outcome';
import { submitAll } from './submitAll';

/** Submits every item and returns the jobs at once. */
export async function generate(items: Item[], stopOnError: boolean): Promise<Outcome[]> {
	const submissions = await submitAll(items, stopOnError);
	return submissions.map((submission) => {
		if ('error' in submission) return submission;
		const { item, accepted, facts } = submission;
		return { item, job: jobInState(item.provider, facts, { status: accepted.status }) };
	});
}
