import type { IDataObject } from 'n8n-workflow';

import { readCallbackTarget, sealCallbackUrl } from '../callback/address';
import type { CallbackTarget } from '../callback/address';
import { concurrently } from '../time/concurrently';
import { JobError, sentence } from '../n8n/failure';
import type { NodeFailure } from '../n8n/failure';
import type { BinaryImage } from '../images/imageFile';
import { contentName, readImages, Uploads } from '../images/upload';
import type { Item } from '../n8n/item';
import type { JobFacts } from '../job/job';
import type { OwnJob } from '../job/ledger';
import { asNodeFailure } from '../output/outcome';
import { listedPrice } from '../job/price';
import { optionsOf, readMetadata, readNumber, readRequest } from '../input/parameters';
import { submitOnce } from '../job/submit';
import type { VideoRequest } from '../types';
import { checkBudget } from './budget';

export interface Submitted {
	item: Item;
	accepted: OwnJob;
	facts: JobFacts & { jobId: string };
}

export type Submission = Submitted | { item: Item; error: NodeFailure };

interface Checked {
	item: Item;
	request: VideoRequest;
	/** Still to be uploaded; none where the request has URLs. */
	images: BinaryImage[];
	facts: JobFacts & { model: string; metadata: IDataObject | null };
	callback?: CallbackTarget;
}

type TargetOf = (item: Item, metadata: IDataObject | null) => Promise<CallbackTarget | undefined>;

const checksAtATime = 4;

/**
 * Checks every item, then submits those that passed: nothing is sent before all were checked.
 *
 * @param stopOnError whether the first failure ends the run
 * @param targetOf whom the provider is to call about the item's job
 * @throws NodeApiError, NodeOperationError with `stopOnError`; the message names what is paid for
 */
export async function submitAll(
	items: Item[],
	stopOnError: boolean,
	targetOf: TargetOf = readCallbackTarget,
): Promise<Submission[]> {
	// A few at a time, because binary images are loaded to be checked.
	const checked = await concurrently(
		items,
		checksAtATime,
		async (item) => await check(item, targetOf),
	);
	if (stopOnError) for (const entry of checked) if ('error' in entry) throw entry.error;
	const requests = checked.filter((entry) => 'request' in entry);
	const overBudget = await checkBudget(requests);
	if (overBudget && stopOnError) throw overBudget(requests[0].item);

	const uploads = new Uploads();
	let failed = false;
	const submissions = await concurrently(checked, concurrencyOf(items), async (entry) => {
		if ('error' in entry) return entry;
		if (overBudget) return { item: entry.item, error: overBudget(entry.item) };
		const isOver = () => failed && stopOnError;
		if (isOver()) return undefined;
		const submission = await submit(entry, uploads, isOver);
		failed ||= submission !== undefined && 'error' in submission;
		return submission;
	});
	const done = submissions.filter((submission) => submission !== undefined);
	if (stopOnError) throwFirstError(done);
	return done;
}

async function check(
	item: Item,
	targetOf: TargetOf,
): Promise<Checked | { item: Item; error: NodeFailure }> {
	try {
		const request = readRequest(item);
		const metadata = readMetadata(item);
		const callback = await targetOf(item, metadata);
		const facts = { model: request.model.id, cost: listedPrice(request), metadata };
		const images = await readImages(item, request.model);
		if (images.length > 0) request.imageUrls = images.map(contentName);
		return { item, request, images, facts, callback };
	} catch (error) {
		return { item, error: asNodeFailure(item, error) };
	}
}

const tooLate = new Error('another item has failed meanwhile');

/** Undefined when another item's failure had ended the run before this one was sent. */
async function submit(
	{ item, request, images, facts, callback }: Checked,
	uploads: Uploads,
	isOver: () => boolean,
): Promise<Submission | undefined> {
	const uploadImages = async () => {
		const urls = await uploads.urlsOf(item, images);
		if (isOver()) throw tooLate;
		return urls;
	};
	try {
		const callbackUrl = callback && (await sealCallbackUrl(item, facts.model, callback));
		const accepted = await submitOnce(
			item,
			{ ...request, callbackUrl },
			images.length > 0 ? uploadImages : undefined,
		);
		const cost = accepted.cost ?? facts.cost;
		return { item, accepted, facts: { ...facts, cost, jobId: accepted.jobId } };
	} catch (error) {
		return error === tooLate ? undefined : { item, error: asNodeFailure(item, error) };
	}
}

const isUncertain = (error: NodeFailure) => error instanceof JobError && error.mayBeAccepted;

function throwFirstError(submissions: Submission[]): void {
	const first = submissions.find((submission) => 'error' in submission);
	if (!first || !('error' in first)) return;
	const paid = submissions.filter((submission) => 'accepted' in submission);
	if (paid.length > 0) {
		const ids = paid.map(({ item, accepted }) => `${accepted.jobId} (item ${item.index})`);
		first.error.message = `${sentence(first.error.message)} These jobs were already accepted, and a retry continues them: ${ids.join(', ')}.`;
	}
	const uncertain = submissions
		.filter((entry) => 'error' in entry && entry !== first && isUncertain(entry.error))
		.map(({ item }) => item.index);
	if (uncertain.length > 0) {
		first.error.message += ` These may have been accepted, too: item ${uncertain.join(', item ')}.`;
	}
	throw first.error;
}

export function concurrencyOf(items: Item[]): number {
	const [first] = items;
	const value = first ? (optionsOf(first).concurrency ?? 5) : 5;
	return Math.max(1, Math.floor(first ? readNumber(first, 'Concurrency', value) : 1));
}
