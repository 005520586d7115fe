import type { Item } from '../n8n/item';
import { isAnswer, send } from '../http/send';
import type { Cost, VideoFormat } from '../types';

/** What the video should cost by the provider's published price; null where it publishes none. */
export function listedPrice(format: VideoFormat): Cost | null {
	const { model, resolution, duration, mode, generateAudio } = format;
	const perSecond = model.price?.({ resolution, mode });
	if (!perSecond) return null;
	return estimate(duration * (generateAudio ? perSecond.audio : perSecond.silent));
}

/** The published price, or what the provider's price list answers now; null where neither tells. */
export async function askPrice(item: Item, format: VideoFormat): Promise<Cost | null> {
	const listed = listedPrice(format);
	const { prices } = item.provider;
	if (listed || !prices || format.model.isGivenById) return listed;
	const answer = await send(item, prices.build(format));
	const dollars = isAnswer(answer) ? prices.parse(answer, format) : undefined;
	return dollars === undefined ? null : estimate(dollars);
}

/** Rounded, because in binary fractions 8 × 0.2 is a little more than 1.6. */
const estimate = (amount: number): Cost => ({
	amount: Number(amount.toFixed(6)),
	currency: 'USD',
	kind: 'estimated',
});
