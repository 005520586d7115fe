import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import { readMetadata } from '../input/parameters';
import { emptyJob, readJobFields, withError } from '../job/job';
import type { VideoJob } from '../job/job';
import { failureOfError, JobError } from '../n8n/failure';
import type { NodeFailure } from '../n8n/failure';
import { isTool, isToolType, jobInInput, textOf } from '../n8n/item';
import type { Item } from '../n8n/item';
import { isN8n1 } from '../n8n/platform';
import { httpUrl, isObject } from '../wire/answers';
import type { BalanceOutcome, JobOutcome, Outcome } from './outcome';

/**
 * Whether failures leave as items. From a tool they always do: of an error that is thrown, n8n tells
 * the model the message alone.
 */
export const goesOnAfterErrors = (functions: IExecuteFunctions): boolean =>
	functions.continueOnFail() || isToolType(functions.getNode());

/** Items for the node's outputs by its On Error setting, each paired with the item it came from. */
export function toOutput(
	functions: IExecuteFunctions,
	outcomes: Outcome[],
): INodeExecutionData[][] {
	if (!goesOnAfterErrors(functions)) {
		for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
	}
	return [toItems(functions.getNode(), outcomes)];
}

/** Items for the outputs of this node: failures stand apart where it has an error output. */
export function toItems(node: INode, outcomes: Outcome[]): INodeExecutionData[] {
	const useErrorOutput = node.onError === 'continueErrorOutput';
	return outcomes.map((outcome) => toItem(outcome, useErrorOutput));
}

export function toItem(outcome: Outcome, useErrorOutput: boolean): INodeExecutionData {
	const pairedItem = { item: outcome.item.index };
	if ('balance' in outcome) return { json: balanceOf(outcome), pairedItem };
	if ('error' in outcome && parameterOf(outcome.item, 'resource') === 'account') {
		const error = failureOfError(outcome.error);
		const json = { provider: outcome.item.provider.id, balance: null, error: { ...error } };
		const failed = forErrorOutput(outcome.item, error.message, json);
		return { json: useErrorOutput ? failed : json, pairedItem };
	}
	const isError = 'error' in outcome;
	const found = isError ? jobOfError(outcome.item, outcome.error) : outcome.job;
	const job = mayPayAgain(outcome.item) ? toldToModel(found) : found;
	const hasFailed = isError || job.status === 'failed' || job.status === 'canceled';
	if (useErrorOutput && job.error && hasFailed) {
		return { json: forErrorOutput(outcome.item, job.error.message, { ...job }), pairedItem };
	}
	return { ...toData(outcome, job), pairedItem };
}

/**
 * n8n moves an item that has no other keys than `error` and `details` to the error output; n8n 1
 * wants `error` and `message`.
 */
const forErrorOutput = (item: Item, error: string, details: IDataObject): IDataObject => ({
	error,
	[isN8n1(item) ? 'message' : 'details']: details,
});

/** The one exception to the shape of a job. */
function balanceOf({ item, balance, raw }: BalanceOutcome): IDataObject {
	const json = { provider: item.provider.id, balance: { ...balance } };
	return parameterOf(item, 'simplify') === false ? { ...json, raw } : json;
}

/** The inverse of `toItem` for the item of a job: what it came to, read from the item's own input. */
export function jobOutcomeOf(item: Item): JobOutcome {
	const { json } = item.input;
	const parked = [json?.details, json?.message, json].find(isObject) ?? {};
	const job = { ...emptyJob(item.provider, {}), ...readJobFields(parked) };
	return { item, job, raw: isObject(parked.raw) ? parked.raw : null };
}

function toData(outcome: Exclude<Outcome, BalanceOutcome>, job: VideoJob): INodeExecutionData {
	const json: IDataObject = { ...job };
	if ('error' in outcome) return { json };
	if (parameterOf(outcome.item, 'simplify') === false) json.raw = outcome.raw ?? null;
	return outcome.binary ? { json, binary: outcome.binary } : { json };
}

/** A broken expression is reported once, where it is needed; it must not hide other items' jobs. */
function parameterOf(item: Item, name: string): unknown {
	try {
		return item.parameter(name);
	} catch {
		return null;
	}
}

/** Operations that ask about a job. When the question fails, that says nothing about the job. */
const questions = ['get', 'cancel', 'download', 'recover'];

const isQuestion = (item: Item) => questions.includes(textOf(parameterOf(item, 'operation')));

/** As a tool, an operation that submits is called by a model, which may simply call once more. */
const mayPayAgain = (item: Item) => isTool(item) && !isQuestion(item);

const adviceToModel = {
	maybe: 'Do not call this tool again for this video: it may already be paid for.',
	yes: 'Do not call this tool again with the same input: that makes no new video, it repeats this answer.',
};

function toldToModel(job: VideoJob): VideoJob {
	const { error } = job;
	if (!error || error.accepted === 'no') return job;
	const message = `${error.message} ${adviceToModel[error.accepted]}`;
	return { ...job, error: { ...error, message, retryable: false } };
}

/**
 * An error in the job shape. A refused request has come to no job: `failed`, `jobId` null. A job
 * that could not be asked about keeps what its input item says of it.
 */
function jobOfError(item: Item, error: NodeFailure): VideoJob {
	const text = (name: string) => textOf(parameterOf(item, name)) || null;
	const asks = isQuestion(item);
	const jobId = asks ? text('jobId') : null;
	const known = asks ? readJobFields(jobInInput(item, jobId)) : {};
	const said = error instanceof JobError ? error.status : undefined;
	const job: VideoJob = {
		...emptyJob(item.provider, {
			jobId,
			model: text('options.modelId') ?? text('model') ?? known.model,
			cost: known.cost,
			metadata: metadataOf(item) ?? known.metadata,
		}),
		status: said ?? (asks ? (known.status ?? null) : 'failed'),
		progress: known.progress ?? null,
		videoUrl: known.videoUrl ?? httpUrl(text('videoUrl')) ?? null,
		videoUrlExpiresAt: known.videoUrlExpiresAt ?? null,
	};
	// Who looks for a lost job and fails knows no more of it than before.
	const isLost = text('operation') === 'recover' && known.error?.accepted !== 'no';
	const isInDoubt = isLost || (error instanceof JobError && error.mayBeAccepted);
	return withError(job, failureOfError(error), isInDoubt);
}

/** The row number belongs to a refused row, too, unless it is the metadata that was refused. */
function metadataOf(item: Item) {
	try {
		return readMetadata(item);
	} catch {
		return null;
	}
}
