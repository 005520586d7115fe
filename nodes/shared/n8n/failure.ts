import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { ErrorCode, Failure, ItemError, VideoProvider } from '../types';
import type { Item } from './item';

/** What the user can do about it, in the user's words; without the full stop. */
type NextStep = (provider: VideoProvider, failure: Failure) => string;

interface ErrorKind {
	/** What the provider did: the end of a sentence that begins with its name. */
	summary: string;
	nextStep: NextStep;
	/** Where there is no job; absent where that makes no difference. */
	nextStepWithoutJob?: NextStep;
}

/** A successor that this version of the package does not know can still be given by its id. */
function successorStep({ models }: VideoProvider, successor: string): string {
	const model = models.find(({ id }) => id === successor);
	return model
		? `choose its successor "${model.name}" (${successor})`
		: `give its successor "${successor}" in the option Model ID`;
}

const capitalized = (text: string) => text[0].toUpperCase() + text.slice(1);

/** Everything that a code says to the user. The table in the README is made of this one. */
export const errorKinds: Record<ErrorCode, ErrorKind> = {
	authentication: {
		summary: 'did not accept the API key',
		nextStep: ({ displayName }) =>
			`Check the API key in the ${displayName} credential; it may have been revoked or copied incompletely`,
	},
	insufficient_balance: {
		summary: 'refused the request: the balance is used up',
		nextStep: ({ displayName }) =>
			`Top up the balance of your ${displayName} account, then run this item again`,
	},
	permission: {
		summary: 'refused access',
		nextStep: ({ displayName }) =>
			`Give the API key access to this model in your ${displayName} account`,
	},
	validation: {
		summary: 'refused the request as invalid',
		nextStep: () => 'Correct the value that the message names, then run this item again',
	},
	content_policy: {
		summary: 'refused the content',
		nextStep: () => 'Reword the prompt or use other reference images',
	},
	image_unreadable: {
		summary: 'could not read a reference image',
		nextStep: () =>
			'Give image URLs that open without a login and lead straight to a PNG, JPEG or WebP file',
	},
	rate_limited: {
		summary: 'has received too many requests',
		nextStep: () => 'Lower Concurrency in the options, or run this item again later',
	},
	not_found: {
		summary: 'found no such job or model',
		nextStep: ({ retention }) =>
			`Check the job ID; ${retention ?? 'a provider forgets finished jobs after a while'}`,
		nextStepWithoutJob: (provider, { successor }) =>
			`Check Base URL in the credential, and the model${successor ? `; if it is gone, ${successorStep(provider, successor)}` : ''}`,
	},
	model_unavailable: {
		summary: 'does not serve this model',
		nextStep(provider, { retryable, successor }) {
			const step = successor
				? successorStep(provider, successor)
				: 'choose another model or provider; no successor is known';
			return retryable
				? `Try again in a few minutes; if that does not help, ${step}`
				: capitalized(step);
		},
	},
	provider_unavailable: {
		summary: 'could not serve the request',
		nextStep: () => 'Try again in a few minutes',
	},
	timeout: {
		summary: 'did not answer in time',
		nextStep: () => 'Check the job later with Job > Get',
	},
	canceled: {
		summary: 'canceled the job',
		nextStep: () => 'Submit the request again if you still want the video',
	},
	unknown: {
		summary: 'answered with an error',
		nextStep: ({ displayName }) => `Look the job up in your ${displayName} dashboard`,
		nextStepWithoutJob: () =>
			'Nothing was submitted; correct what the message names, then run this item again',
	},
};

interface Situation {
	/** Of the job or the request, where it is known. */
	modelId?: string | null;
	hasJob?: boolean;
}

export function nextStepOf(
	provider: VideoProvider,
	failure: Failure,
	{ modelId, hasJob = true }: Situation = {},
): string {
	const model = provider.models.find(({ id }) => id === modelId);
	const successor = failure.successor ?? model?.lifecycle?.successor;
	const { nextStep, nextStepWithoutJob = nextStep } = errorKinds[failure.code];
	const step = hasJob ? nextStep : nextStepWithoutJob;
	return sentence(failure.nextStep ?? step(provider, { ...failure, successor }));
}

/** Whether it is one of the codes that a user branches on. */
export const isErrorCode = (value: unknown): value is ErrorCode =>
	typeof value === 'string' && Object.hasOwn(errorKinds, value);

/** One text for a job item's `error.message`: what happened, then what to do. */
export function describeFailure(
	provider: VideoProvider,
	failure: Failure,
	modelId?: string | null,
): string {
	return `${sentence(failure.message)} ${nextStepOf(provider, failure, { modelId })}`;
}

export const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

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
		const nextStep = nextStepOf(provider, failure, { modelId: model, hasJob: !!jobId });
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
		this.message = `${provider.displayName} ${errorKinds[failure.code].summary}: ${sentence(failure.message)}`;
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
	error.description = 'Run this item again if you still want the video.';
	return error;
}
