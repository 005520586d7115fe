import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import { isTool, runIndexOf } from '../n8n/item';
import type { Item } from '../n8n/item';
import type { AcceptedJob, VideoRequest } from '../types';

/** `sent`: the answer did not tell whether the job was accepted, so it must not be sent again. */
export type Submission =
	{ state: 'sent'; problem?: string } | { state: 'accepted'; job: AcceptedJob };

/** A job that this execution has submitted, or the failed one whose retry it is. */
export type OwnJob = AcceptedJob & {
	/** Of the failed execution: its callback goes there. */
	isInherited: boolean;
};

interface Entry {
	executionId: string;
	hash: string;
	submission: Submission;
}

/**
 * The submits of this execution, kept where both Retry On Fail and the retry of a failed execution
 * find them again: a second try must continue the jobs that the first one paid for.
 */
export class Ledger {
	readonly #key: string;

	readonly #executionId: string;

	readonly #hash: string;

	readonly #entries: Record<string, Entry | undefined>;

	constructor(item: Item, request: VideoRequest) {
		// Only executions submit; a webhook has no such context and needs none.
		const functions = item.functions as IExecuteFunctions;
		const context = functions.getContext('node') as { veoSubmissions?: Record<string, Entry> };
		context.veoSubmissions ??= {};
		this.#entries = context.veoSubmissions;
		this.#executionId = functions.getExecutionId() ?? '';
		this.#hash = hashRequest(item.provider.id, request);
		// Without the run index, a loop would meet the jobs of its last round.
		const place = `${runIndexOf(functions, item.index)}/${item.index}`;
		// An agent may call a tool for several videos in one run, so there the request counts, too.
		this.#key = isTool(item) ? `${place}/${this.#hash}` : place;
	}

	/**
	 * Within an execution, run and item tell that it is the same request, even when an expression
	 * with the time in it yields another prompt. In the retry of a failed execution, whose workflow
	 * may have been edited, a changed request is a new one.
	 */
	get(): Submission | undefined {
		const entry = this.#entries[this.#key];
		const isSame = entry?.executionId === this.#executionId || entry?.hash === this.#hash;
		return isSame ? entry?.submission : undefined;
	}

	set(submission: Submission): void {
		this.#entries[this.#key] = {
			executionId: this.#executionId,
			hash: this.#hash,
			submission,
		};
	}

	/** Whether another execution, which has failed, submitted it. */
	isInherited(): boolean {
		const executionId = this.#entries[this.#key]?.executionId;
		return executionId !== undefined && executionId !== this.#executionId;
	}

	/** The provider certainly did not accept it: a second try may submit again. */
	forget(): void {
		this.#entries[this.#key] = undefined;
	}
}

function hashRequest(provider: string, { model, ...rest }: VideoRequest): string {
	return (
		createHash('sha256')
			// The token in a callback URL is new in each try; it makes no other video.
			.update(JSON.stringify([provider, model.id, { ...rest, callbackUrl: undefined }]))
			.digest('base64url')
	);
}
