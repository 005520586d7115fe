import { readImageFields } from '../images/upload';
import { optionsOf, readMetadata, readNumber, readSoughtRequest } from '../input/parameters';
import { jobInState } from '../job/job';
import { listedPrice } from '../job/price';
import { readJobPatiently } from '../job/read';
import { findRequest } from '../job/recover';
import { badInput } from '../n8n/failure';
import type { Item } from '../n8n/item';
import type { Outcome } from '../output/outcome';

/** Finds the job of a submit whose answer was lost. Nothing is submitted. */
export async function recover(item: Item): Promise<Outcome> {
	const { provider } = item;
	if (!provider.recover) {
		throw badInput(
			item,
			`${provider.displayName} does not list the requests of an account`,
			`Look for the job in your ${provider.displayName} dashboard`,
		);
	}
	const request = readSoughtRequest(item);
	const metadata = readMetadata(item);
	const hours = readHours(item, provider.recover.longestHours);
	const hasUrls = readImageFields(item) === undefined && request.imageUrls.length > 0;
	const { jobId, end } = await findRequest(item, provider.recover, request, { hours, hasUrls });
	const facts = { jobId, model: request.model.id, cost: listedPrice(request), metadata };
	const { state, raw } = await readJobPatiently(item, facts);
	// The provider may have forgotten the result, which its record still has.
	const known = state.status === 'unreadable' && end ? end : state;
	return { item, job: jobInState(provider, facts, known), raw };
}

function readHours(item: Item, longest: number): number {
	const { within = 24 } = optionsOf(item);
	const hours = readNumber(item, 'Within', within);
	if (hours > 0 && hours <= longest) return hours;
	throw badInput(
		item,
		`Within is ${hours} hours`,
		`Give a number above 0 and up to ${longest}: ${item.provider.displayName} keeps requests no longer`,
	);
}
