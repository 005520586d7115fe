import { createHash } from 'node:crypto';

import { isTool } from '../n8n/item';
import type { Item } from '../n8n/item';
import { executionOf, runIndexOf } from '../n8n/platform';
import { submissionsOf } from '../n8n/state';
import type { SubmitRecord, SubmitState } from '../n8n/state';
import type { AcceptedJob, VideoRequest } from '../types';

/** A job that this execution has submitted, or the failed one whose retry it is. */
export type OwnJob = AcceptedJob & {
	/** It was submitted by the failed execution, and its callback goes there. */
	isInherited: boolean;
};

type Records = Record<string, SubmitRecord | undefined>;

/** Submits that are under way, by what n8n keeps of their execution. */
const underWay = new WeakMap<Records, Map<string, Promise<OwnJob>>>();

/**
 * The submits of this execution, kept where both Retry On Fail and the retry of a failed execution
 * find them again: a second try must continue the jobs that the first one paid for.
 */
export class Ledger {
	readonly #key: string;

	readonly #executionId: string;

	readonly #item: Item;

	readonly #hash: string;

	readonly #records: Records;

	constructor(item: Item, request: VideoRequest) {
		const functions = executionOf(item);
		this.#records = submissionsOf(item);
		this.#executionId = functions.getExecutionId() ?? '';
		this.#item = item;
		this.#hash = hashRequest(item.provider.id, request);
		// Without the run index, a loop would meet the jobs of its last round.
		const place = `${runIndexOf(functions, item.index)}/${item.index}`;
		// A model that calls its tool once more for the same video gets a new run index for it.
		this.#key = isTool(item) ? `tool/${this.#hash}` : place;
	}

	/**
	 * What is known of this request. Within an execution, the same run and item mean the same
	 * request, even when an expression with the time in it gives another prompt. In the retry of a
	 * failed execution the workflow may have been edited, so a changed request is a new one.
	 */
	get(): SubmitState | undefined {
		const record = this.#records[this.#key];
		const isSame = record?.executionId === this.#executionId || record?.hash === this.#hash;
		return isSame ? record?.submission : undefined;
	}

	/**
	 * Does the work, or waits for the same work that is under way: a model may make the same call
	 * twice at once.
	 */
	async alone(work: () => Promise<OwnJob>): Promise<OwnJob> {
		const running = underWay.get(this.#records) ?? new Map<string, Promise<OwnJob>>();
		underWay.set(this.#records, running);
		const job = running.get(this.#key) ?? work().finally(() => running.delete(this.#key));
		running.set(this.#key, job);
		return await job;
	}

	set(submission: SubmitState): void {
		this.#records[this.#key] = {
			executionId: this.#executionId,
			hash: this.#hash,
			submission,
		};
	}

	/** The name of this entry, the same in each try: for providers that want to know a submit again. */
	get submitKey(): string {
		const functions = executionOf(this.#item);
		// Another n8n of the same user may have the same workflow, and counts its executions from 1, too.
		const where = [functions.getInstanceId(), functions.getWorkflow().id, this.#item.node.id];
		return createHash('sha256')
			.update(JSON.stringify([...where, this.#executionId, this.#key, this.#hash]))
			.digest('hex')
			.slice(0, 32);
	}

	/** Whether another execution, which has failed, submitted it. */
	isInherited(): boolean {
		const executionId = this.#records[this.#key]?.executionId;
		return executionId !== undefined && executionId !== this.#executionId;
	}

	/** The provider certainly did not accept it: a second try may submit again. */
	forget(): void {
		this.#records[this.#key] = undefined;
	}
}

/** The IDs of the jobs that this run of the node has submitted or continued; of a tool, all of them. */
export function paidInThisRun(item: Item): string[] {
	const place = isTool(item) ? 'tool' : runIndexOf(executionOf(item), item.index);
	return Object.entries(submissionsOf(item)).flatMap(([key, record]) =>
		key.startsWith(`${place}/`) && record?.submission.state === 'accepted'
			? [record.submission.job.jobId]
			: [],
	);
}

function hashRequest(provider: string, { model, ...rest }: VideoRequest): string {
	return (
		createHash('sha256')
			// The token in a callback URL is new in each try; it makes no other video.
			.update(JSON.stringify([provider, model.id, { ...rest, callbackUrl: undefined }]))
			.digest('base64url')
	);
}
