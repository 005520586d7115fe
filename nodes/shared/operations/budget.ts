import { badInput } from '../n8n/failure';
import type { Item } from '../n8n/item';
import type { NodeFailure } from '../n8n/failure';
import { askPrice } from '../job/price';
import { optionsOf, readNumber } from '../input/parameters';
import type { Cost, VideoRequest } from '../types';

interface Priced {
	item: Item;
	request: VideoRequest;
}

/**
 * Whether the whole batch stays within the option Budget: the lowest one, where an expression yields
 * several. It is all or nothing: nobody wants half a batch, and an unknown price may be above any
 * budget.
 */
export async function checkBudget(
	batch: Priced[],
): Promise<((item: Item) => NodeFailure) | undefined> {
	const budgets = batch
		.map(({ item }) => readBudget(item))
		.filter((budget) => budget !== undefined);
	const [strictest] = budgets.sort((one, other) => one.limit - other.limit);
	if (!strictest) return undefined;
	const { limit } = strictest;
	const price = rememberedPrice();
	let total = 0;
	for (const { item: priced, request } of batch) {
		const cost = await price(priced, request);
		if (!cost) {
			return refusal(
				`The price of ${request.model.id} is not known, so the budget cannot be kept`,
				'Nothing was submitted. Remove Budget from the options or choose a model whose price Estimate Cost knows',
			);
		}
		total += cost.amount;
	}
	// Rounded, because in binary fractions three times 1.6 is a little more than 4.8.
	if (Number(total.toFixed(6)) <= limit) return undefined;
	const areEqual = budgets.length === batch.length && budgets.at(-1)?.limit === limit;
	const whose = areEqual ? 'the' : `item ${strictest.item.index}'s`;
	return refusal(
		`All items together are estimated at ${total.toFixed(2)} USD, over ${whose} budget of ${limit.toFixed(2)} USD`,
		'Nothing was submitted. Raise Budget in the options, or send fewer or cheaper items',
	);
}

function readBudget(item: Item): { item: Item; limit: number } | undefined {
	const { budget } = optionsOf(item);
	if (budget === undefined || budget === null || budget === '') return undefined;
	return { item, limit: readNumber(item, 'Budget', budget) };
}

/** The same refusal for each item of the batch; it names the item. */
const refusal = (message: string, description: string) => (item: Item) =>
	badInput(item, message, description);

/** A price list is asked once for each format of a batch, not once for each item. */
function rememberedPrice() {
	const prices = new Map<string, Promise<Cost | null>>();
	return async (item: Item, request: VideoRequest) => {
		const { model, resolution, duration, mode, generateAudio } = request;
		const { id, isGivenById } = model;
		const key = JSON.stringify([id, isGivenById, resolution, duration, mode, generateAudio]);
		const price = prices.get(key) ?? askPrice(item, request);
		prices.set(key, price);
		return await price;
	};
}
