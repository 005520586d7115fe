import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { ErrorCode, Failure, ItemError, VideoProvider } from '../types';
import type { Item } from './item';

type NextSteps = Record<ErrorCode, (provider: VideoProvider, failure: Failure) => string>;

/** @param modelId of the job or the request, where it is known */
function nextStepOf(
	steps: NextSteps,
	provider: VideoProvider,
	failure: Failure,
	modelId?: string | null,
): string {
	const model = provider.models.find(({ id }) => id === modelId);
	const successor = failure.successor ?? model?.lifecycle?.successor;
	return sentence(failure.nextStep ?? steps[failure.code](provider, { ...failure, successor }));
}

/** A successor that this version of the package does not know can still be given by its id. */
function successorStep({ models }: VideoProvider, successor: string): string {
	const model = models.find(({ id }) => id === successor);
	return model
		? `choose its successor "${model.name}" (${successor})`
		: `give its successor "${successor}" in the option Model ID`;
}

const capitalized = (text: string) => text[0].toUpperCase() + text.slice(1);

/** What the user can do about a job, in the user's words. */
const nextSteps: NextSteps = {
	authentication: (provider) =>
		`Check the API key in the ${provider.displayName} credential; it may have been revoked or copied incompletely`,
	insufficient_balance: (provider) =>
		`Top up the balance of your ${provider.displayName} account, then run this item again`,
	permission: (provider) =>
		`Give the API key access to this model in your ${provider.displayName} account`,
	validation: () => 'Correct the value that the message names, then run this item again',
	content_policy: () => 'Reword the prompt or use other reference images',
	image_unreadable: () =>
		'Give image URLs that open without a login and lead straight to a PNG, JPEG or WebP file',
	rate_limited: () => 'Lower Concurrency in the options, or run this item again later',
	not_found: ({ retention }) =>
		`Check the job ID; ${retention ?? 'a provider forgets finished jobs after a while'}`,
	model_unavailable(provider, { retryable, successor }) {
		const step = successor
			? successorStep(provider, successor)
			: `choose another model or provider; ${provider.displayName} names no successor`;
		return retryable ? `Try again in a few minutes; if it stays so, ${step}` : capitalized(step);
	},
	provider_unavailable: (provider) =>
		`Try again later; ${provider.displayName} could not serve the request`,
	timeout: () => 'Ask for the job later with the operation Get of the resource Job',
	canceled: () => 'Submit the request again if you still want the video',
	unknown: (provider) => `Look the job up in your ${provider.displayName} dashboard`,
};

/** The same before there is a job, so nothing is said about one. */
const nextStepsWithoutJob: NextSteps = {
	...nextSteps,
	not_found: (provider, { successor }) =>
		`Check the base URL in the credential and the model${successor ? `; if it is gone, ${successorStep(provider, successor)}` : ''}`,
	unknown: () => 'Nothing was submitted; correct what the message names, then run this item again',
};

/** Whether it is one of the codes that a user branches on. */
export const isErrorCode = (value: unknown): value is ErrorCode =>
	typeof value === 'string' && Object.hasOwn(nextSteps, value);

/** One text for a job item's `error.message`: what happened, then what to do. */
export function describeFailure(
	provider: VideoProvider,
	failure: Failure,
	modelId?: string | null,
): string {
	return `${sentence(failure.message)} ${nextStepOf(nextSteps, provider, failure, modelId)}`;
}

export const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

const summaries: Record<ErrorCode, string> = {
	authentication: 'did not accept the API key',
	insufficient_balance: 'refused the request: the balance is used up',
	permission: 'refused access',
	validation: 'refused the request as not valid',
	content_policy: 'refused the content',
	image_unreadable: 'could not read a reference image',
	rate_limited: 'receives too many requests',
	not_found: 'does not know what was asked for',
	model_unavailable: 'does not serve this model',
	provider_unavailable: 'could not serve the request',
	timeout: 'did not answer in time',
	canceled: 'canceled the job',
	unknown: 'answered with an error',
};

interface JobErrorFacts {
	/** Absent where nothing was submitted. */
	jobId?: string;
	/** Of the job or the request, where it is known. */
	model?: string | null;
	httpCode?: number;
	/** What the provider said of the job, where it said anything. */
	status?: 'queued' | 'in_progress' | 'failed' | 'canceled';
}

/**
 * The error of a provider or of one of its jobs. The user finds in it what happened, the next step
 * and, once there is a job, its ID; our code finds the failure behind it.
 */
export class JobError extends NodeApiError {
	readonly jobFailure: Failure;

	readonly status?: JobErrorFacts['status'];

	/** The submit may have been accepted and billed, although no job ID is known. */
	mayBeAccepted = false;

	constructor(
		{ node, provider, index }: Pick<Item, 'node' | 'provider' | 'index'>,
		failure: Failure,
		{ jobId, model, httpCode, status }: JobErrorFacts = {},
	) {
		const job = jobId ? ` Job ID: ${jobId}` : '';
		const nextStep = nextStepOf(jobId ? nextSteps : nextStepsWithoutJob, provider, failure, model);
		super(
			node,
			{ message: failure.message },
			{
				itemIndex: index,
				httpCode: httpCode ? String(httpCode) : undefined,
				description: `${nextStep}${job}`,
			},
		);
		// n8n tells its errors apart by name.
		this.name = NodeApiError.name;
		// Set afterwards: n8n replaces messages that contain a code such as ECONNRESET.
		this.message = `${provider.displayName} ${summaries[failure.code]}: ${sentence(failure.message)}`;
		this.jobFailure = failure;
		this.status = status;
	}
}

/** An error that an operation throws. Unless it is a `JobError`, it is about the user's input. */
export type NodeFailure = NodeApiError | NodeOperationError;

/** An operation's error as it stands in an item when the node continues on errors. */
export function failureOfError(error: NodeFailure): ItemError {
	const { code, retryable }: Pick<ItemError, 'code' | 'retryable'> =
		error instanceof JobError ? error.jobFailure : { code: 'validation', retryable: false };
	const description = typeof error.description === 'string' ? ` ${error.description}` : '';
	return { code, message: sentence(error.message) + description, retryable };
}

/** Bad input, found before any request. `message` says what is wrong, `description` what to do. */
export function badInput(
	{ node, index }: Pick<Item, 'node' | 'index'>,
	message: string,
	description: string,
): NodeOperationError {
	const text = `Item ${index}: ${message}`;
	return new NodeOperationError(node, text, { itemIndex: index, description });
}

/** The error of an item that was not begun, or not finished, when its execution was stopped. */
export function stoppedError(item: Pick<Item, 'node' | 'provider' | 'index'>): JobError {
	const message = 'The execution was stopped before this item was finished';
	const error = new JobError(item, { code: 'canceled', message, retryable: true });
	error.message = sentence(message);
	error.description = 'Run this item again if you still want it.';
	return error;
}
