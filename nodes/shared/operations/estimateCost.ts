import type { Item } from '../n8n/item';
import { emptyJob } from '../job/job';
import type { Outcome } from '../output/outcome';
import { askPrice } from '../job/price';
import { readFormat, readMetadata } from '../input/parameters';

/** Price of the request; nothing is submitted. `cost` is null where no price is known. */
export async function estimateCost(item: Item): Promise<Outcome> {
	const format = readFormat(item);
	const metadata = readMetadata(item);
	const cost = await askPrice(item, format);
	return { item, job: emptyJob(item.provider, { model: format.model.id, cost, metadata }) };
}
