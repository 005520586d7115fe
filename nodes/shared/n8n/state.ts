import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import type { AcceptedJob } from '../types';
import { evaluate, executionOf, textLiteral } from './platform';
import type { Item } from './item';

/**
 * All that this package leaves in n8n's storage, and the only file that reaches for it. An
 * execution's context is saved with the execution: Retry On Fail and the retry of a failed
 * execution find it again. A workflow's static data outlives its executions.
 */

interface NodeState {
	veoRuns?: Record<string, string | undefined>;
	veoSubmissions?: Record<string, SubmitRecord | undefined>;
	veoSleeps?: Record<string, SleepRecord>;
}

interface FlowState {
	veoUploads?: Record<string, UploadRecord | undefined>;
}

interface WorkflowState {
	veoTokens?: { spent?: SpentNonces };
	veoTriggerUrls?: Record<string, string>;
}

/** `sent`: the answer did not tell whether the job was accepted, so it must not be sent again. */
export type SubmitState =
	{ state: 'sent'; problem?: string; requestId?: string } | { state: 'accepted'; job: AcceptedJob };

/** One submit of one item. */
export interface SubmitRecord {
	executionId: string;
	/** Of the request, without what is new in each try. */
	hash: string;
	submission: SubmitState;
}

/** When the sleep of a run of the node ends at the latest: milliseconds since the epoch. */
export interface SleepRecord {
	executionId: string;
	until: number;
}

export interface UploadRecord {
	url: string;
	/** Milliseconds since the epoch. */
	at: number;
}

/** Nonces of tokens that have started their run, with the time they expire. */
export type SpentNonces = Record<string, number>;

const nodeState = (functions: IExecuteFunctions): NodeState => functions.getContext('node');

/** The runs of this node that have begun and may submit: their executions, by run index. */
export function runsOf(functions: IExecuteFunctions): Record<string, string | undefined> {
	const state = nodeState(functions);
	return (state.veoRuns ??= {});
}

/** The submits of this node in this execution and in those that it retries, by run and item. */
export function submissionsOf(item: Item): Record<string, SubmitRecord | undefined> {
	const state = nodeState(executionOf(item));
	return (state.veoSubmissions ??= {});
}

/** The sleeps of this node, by its run index. */
export function sleepsOf(functions: IExecuteFunctions): Record<string, SleepRecord> {
	const state = nodeState(functions);
	return (state.veoSleeps ??= {});
}

/** The same for a webhook, which is handed no context: expressions can read it. */
export function sleepsOfSleeper(functions: IWebhookFunctions): Record<string, SleepRecord> {
	const path = `$node[${textLiteral(functions.getNode().name)}].context.veoSleeps`;
	return (evaluate(functions, path) ?? {}) as Record<string, SleepRecord>;
}

/** Uploaded images of this execution, shared by its nodes. */
export function uploadsOf(item: Item): Record<string, UploadRecord | undefined> {
	const state: FlowState = executionOf(item).getContext('flow');
	return (state.veoUploads ??= {});
}

type WithStaticData = Pick<IHookFunctions, 'getWorkflowStaticData'>;

const workflowState = (functions: WithStaticData): WorkflowState =>
	// The workflow's own: a node's would be lost when the node is renamed.
	functions.getWorkflowStaticData('global') satisfies IDataObject;

/** Tokens of this workflow's triggers that have been used. */
export const spentNoncesOf = (functions: WithStaticData): SpentNonces =>
	workflowState(functions).veoTokens?.spent ?? {};

/** Kept by n8n only where the webhook answers through the response object. */
export function keepSpentNonces(functions: WithStaticData, spent: SpentNonces): void {
	const state = workflowState(functions);
	state.veoTokens ??= {};
	state.veoTokens.spent = spent;
}

/** Production URLs of the triggers in this workflow, by provider. */
export const triggerUrlsOf = (functions: WithStaticData): Readonly<Record<string, string>> =>
	workflowState(functions).veoTriggerUrls ?? {};

export function keepTriggerUrls(functions: WithStaticData, urls: Record<string, string>): void {
	workflowState(functions).veoTriggerUrls = urls;
}
