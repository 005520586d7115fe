import type { Item } from '../item';
import { emptyJob } from '../job';
import type { Outcome } from '../outcome';
import { askPrice } from '../price';
import { readFormat, readMetadata } from '../request';

/** Price of the request; nothing is submitted. `cost` is null where no price is known. */
export async function estimateCost(item: Item): Promise<Outcome> {
	const format = readFormat(item);
	const metadata = readMetadata(item);
	const cost = await askPrice(item, format);
	return { item, job: emptyJob(item.provider, { model: format.model.id, cost, metadata }) };
}
