import type { JsonWebKey } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { ControlName, VideoControls } from './input/controls';

export type { ControlName, VideoControls };

/** The code a user branches on; the same list for every provider. */
export type ErrorCode =
	| 'authentication'
	| 'insufficient_balance'
	| 'permission'
	| 'validation'
	| 'content_policy'
	| 'image_unreadable'
	| 'rate_limited'
	| 'not_found'
	| 'model_unavailable'
	| 'provider_unavailable'
	| 'timeout'
	| 'canceled'
	| 'unknown';

/** What an item says of why something did not work. */
export interface ItemError {
	code: ErrorCode;
	message: string;
	/** Whether the same request may succeed later, unchanged. */
	retryable: boolean;
}

/** Why something did not work. `message` is the provider's reason, without keys and signed URLs. */
export interface Failure extends ItemError {
	/** What the user can do, where it is something else than the code says. */
	nextStep?: string;
	/** The model that takes the place of the refused one, where the provider has named it. */
	successor?: string;
}

/** Whether there is a job that may be billed: `no` only where there certainly is none. */
export type Accepted = 'no' | 'maybe' | 'yes';

/** `credits` where a provider does not tell what its credit is worth. */
export interface Cost {
	amount: number;
	currency: 'USD' | 'credits';
	kind: 'estimated' | 'reserved' | 'charged';
}

/** What is left in an account. */
export interface Balance {
	amount: number;
	/** `USD`, `credits`, or what the provider calls it. */
	currency: string;
}

export type Resolution = '360p' | '720p' | '1080p' | '4k';
export type AspectRatio = 'auto' | '16:9' | '9:16';

/** US dollars for one second of video. */
export interface SecondPrice {
	silent: number;
	audio: number;
}

/** What is known about the end of a model. */
export interface Lifecycle {
	/**
	 * `upstream_retired`: its maker has shut it down, and nobody says whether the provider still
	 * serves it. `deprecated`: the provider will withdraw it. `retired`: the provider has done so.
	 */
	state: 'upstream_retired' | 'deprecated' | 'retired';
	/** The day, ISO 8601. */
	since: string;
	/** Id of the model of the same provider that takes its place; absent where there is none. */
	successor?: string;
	/** Where it is said. */
	source: string;
}

/** What a model takes: fields, limits, defaults, prices and requests are all derived from it. */
export interface ModelSpec {
	/** The provider's own id. */
	id: string;
	name: string;
	description: string;
	/** By the option Model ID: a model with these fields, of which nothing else is known. */
	isGivenById?: true;
	/** Absent where no end is known. */
	lifecycle?: Lifecycle;
	images: {
		min: number;
		max: number;
		/** Absent where it takes each of them. */
		types?: ReadonlyArray<ImageFile['mimeType']>;
	};
	/** Characters; absent where the provider documents no limit. */
	promptMaxLength?: number;
	aspectRatios: readonly AspectRatio[];
	resolutions: readonly Resolution[];
	/** Seconds. */
	durations: readonly number[];
	/** ShortAPI's image-to-video quality modes. */
	modes?: readonly string[];
	/** There is no switch for the sound: Generate Audio is hidden, and refused where it is on. */
	isAudioFixed?: true;
	/** The prompt may name an image by a tag, the first one by `<IMAGE_REF_0>`. */
	hasImageTags?: true;
	/** Those that it takes; the others are refused for it. */
	controls: readonly ControlName[];
	/** Absent, or undefined for a format, where the provider publishes no price as text. */
	price?: (options: { resolution: Resolution; mode: string }) => SecondPrice | undefined;
	/** How the provider spells a request of this model; what is undefined is not sent. */
	body(request: VideoRequest): IDataObject;
}

/** What a price depends on. */
export interface VideoFormat {
	model: ModelSpec;
	aspectRatio: AspectRatio;
	resolution: Resolution;
	/** Seconds. */
	duration: number;
	mode: string;
	generateAudio: boolean;
}

/** One video in neutral terms, checked against its model. */
export interface VideoRequest extends VideoFormat {
	prompt: string;
	imageUrls: string[];
	controls: VideoControls;
	/** With our token in it; only for providers that call back. */
	callbackUrl?: string;
	/** Names this submit, in each try of it alike: 32 hexadecimal digits. */
	submitKey?: string;
	/** Names the submit: letters, digits and hyphens, new for each. */
	requestId?: string;
}

/** A callback as it arrived. */
export interface Delivery {
	/** Names in lower case. */
	headers: IDataObject;
	/** Exactly the bytes that were sent: signatures are over them. */
	rawBody: Buffer;
}

/**
 * A request before it has a host: `host` names the credential field whose URL it goes to, so that
 * a key can reach no other place than the ones its owner entered.
 */
export interface WireRequest {
	method: 'GET' | 'POST' | 'PUT';
	/** Default `baseUrl`. */
	host?: 'baseUrl' | 'restUrl' | 'platformUrl' | 'filesUrl';
	/** Starts with a slash; ids in it are already encoded. */
	path: string;
	query?: Record<string, string>;
	headers?: Record<string, string>;
	body?: IDataObject;
}

/** The whole answer: some providers hide a failure in a 200, others say "still running" with a 202. */
export interface WireResponse {
	status: number;
	/** Names in lower case. */
	headers: IDataObject;
	/** `{}` when the answer was not a JSON object. */
	body: IDataObject;
	isJson: boolean;
}

export interface AcceptedJob {
	jobId: string;
	status: 'queued' | 'in_progress';
	cost?: Cost;
}

export type JobState = {
	/** Only where the answer repeats it. */
	model?: string;
} & (
	| {
			status: 'queued' | 'in_progress';
			progress?: number;
			/** The provider calls it completed, and its video is still to come: within seconds. */
			isFinishing?: true;
	  }
	/** Ended, but only the result tells how. `failure` is what the status already said about it. */
	| { status: 'settled'; failure?: Failure }
	| { status: 'completed'; videoUrl: string; videoUrlExpiresAt?: string; cost?: Cost }
	| { status: 'failed' | 'canceled'; failure: Failure; cost?: Cost }
	/** The question failed, which says nothing about the job. */
	| { status: 'unreadable'; failure: Failure }
);

/** A reference image as its bytes, of a type and size that were checked. */
export interface ImageFile {
	bytes: Buffer;
	mimeType: 'image/png' | 'image/jpeg' | 'image/webp';
	/** Of letters, digits and a hyphen, with the extension of its type. */
	fileName: string;
}

/** Where an upload has put an image, or is about to. */
export interface UploadedImage {
	/** What the model is told to read. */
	imageUrl: string;
	/**
	 * Where the bytes still have to go, by PUT and without the key; absent when they have arrived.
	 */
	putUrl?: string;
}

/** A request that the provider has on record: of anybody who uses the account. */
export interface RecordedRequest {
	jobId: string;
	/** As it was sent; absent where the provider has not kept it. */
	input?: IDataObject;
	prompt?: string;
	imageUrls?: string[];
	/** What came of it, where the record says so. */
	end?: JobState;
}

export interface RecordedRequests {
	requests: RecordedRequest[];
	/** Of the next page; absent on the last one. */
	cursor?: string;
}

/** Why a submit came to no job. */
export interface SubmitFailure extends Failure {
	/** It looks like a success but names no job, so one may exist all the same. */
	mayBeAccepted?: boolean;
}

export type CancelOutcome = 'requested' | 'already_ended' | Failure;

/**
 * A provider: its models as data, and pure functions that spell requests and read answers. No n8n
 * context, no clock, no HTTP, no throw. A capability is there or it is not.
 */
export interface VideoProvider {
	/** Value in the provider dropdown, base name of the icon, name of the fixture folder. */
	id: string;
	displayName: string;
	/** What the provider dropdown says about it. */
	description?: string;
	/** What the editor says while it is chosen. */
	notice?: string;
	/**
	 * Credential type; its `baseUrl` (and other `…Url` fields) are the hosts of `WireRequest`. Absent
	 * where there is nothing to pay and nobody to send a key to.
	 */
	credential?: string;
	/** Only where it exists in this process alone. */
	simulation?: Simulation;
	/** Its own address, the default of the credential's `baseUrl`. */
	baseUrl: string;
	models: readonly ModelSpec[];
	/** How long an ended job can be asked about, as half a sentence; absent: not documented. */
	retention?: string;
	/** What a job id looks like where it is documented; absent: anything. */
	jobIdPattern?: RegExp;

	submit: {
		/**
		 * Where the owner of the account finds the `requestId` of a submit, in words that follow "in"; only
		 * where the provider is sent it.
		 */
		requestLog?: string;
		/** Where not even a 429 promises that nothing was accepted. */
		isNeverRepeated?: true;
		build(request: VideoRequest): WireRequest;
		parse(response: WireResponse): AcceptedJob | SubmitFailure;
	};
	/** Job and model: a provider may keep the jobs of its models at different addresses. */
	status: {
		build(jobId: string, modelId: string): WireRequest;
		parse(response: WireResponse): JobState;
	};
	/** Only where a key can ask which requests there were, and what they asked for. */
	recover?: {
		/** Requests are kept so long with what they asked for. */
		longestHours: number;
		/** @param page since when (ISO 8601), and the `cursor` of the page before */
		build(modelId: string, page: { start: string; cursor?: string }): WireRequest;
		parse(response: WireResponse): RecordedRequests | Failure;
	};
	/** Only where a key can ask what is left in its account. */
	balance?: {
		build(): WireRequest;
		parse(response: WireResponse): Balance | Failure;
	};
	/** Only where prices are published at an address of the API and not as text. */
	prices?: {
		build(format: VideoFormat): WireRequest;
		/** US dollars, or undefined where the answer does not tell for this format. */
		parse(response: WireResponse, format: VideoFormat): number | undefined;
	};
	/** Only where the provider publishes which models it has withdrawn. */
	withdrawals?: {
		build(): WireRequest;
		/** Undefined where the model is not among them. */
		parse(
			response: WireResponse,
			modelId: string,
		): Pick<Failure, 'message' | 'successor'> | undefined;
	};
	/** Only where the status of an ended job does not carry its result. */
	result?: {
		build(jobId: string, modelId: string): WireRequest;
		parse(response: WireResponse, settled: { failure?: Failure }): JobState;
	};
	/** Only where the provider stores images for its models; elsewhere they are given by URL. */
	upload?: {
		/** Largest image, in bytes. */
		maxBytes: number;
		build(image: ImageFile): WireRequest;
		parse(response: WireResponse): UploadedImage | Failure;
	};
	cancel?: {
		build(jobId: string, modelId: string): WireRequest;
		parse(response: WireResponse): CancelOutcome;
	};
	/** Where the provider calls `VideoRequest.callbackUrl` when a job has ended. */
	callback?: {
		/** The job that a delivery claims to be about: a hint, to be read again with the user's key. */
		jobIdOf(body: IDataObject): string | undefined;
		/** False where the provider does not document what it sends. */
		isDocumented: boolean;
		/** Only where deliveries are signed. */
		signing?: {
			/**
			 * Addresses of the public keys (JWKS) for the credential's `restUrl`, in the order to try
			 * them.
			 */
			keyUrls(restUrl: string): string[];
			/** `now` in milliseconds. Never throws. */
			verify(delivery: Delivery, keys: JsonWebKey[], now: number): boolean;
		};
	};
}

/** A provider with accounts, keys and prices. */
export type SellingProvider = VideoProvider & { credential: string };

/** When a simulated provider is asked, and what this process remembers of it. */
export interface Moment {
	/** Milliseconds since the epoch. */
	now: number;
	/** Different for each request: letters and digits. */
	nonce: string;
	isCanceled(jobId: string): boolean;
}

export interface SimulatedAnswer {
	status: number;
	body: IDataObject;
	/** The job that is canceled from now on. */
	canceled?: string;
	/** The call that a provider makes when the job has ended. */
	callback?: { url: string; body: IDataObject; at: number };
}

/** Stands in for a provider's servers: nothing that it answers has left this n8n. */
export interface Simulation {
	answer(request: WireRequest, moment: Moment): SimulatedAnswer;
	/** The file behind a link, or why there is none. */
	file(url: string): Buffer | { reason: string; httpCode?: number };
}

/** Those that a node serves: all of them, or its own one. */
export type Providers = readonly VideoProvider[];
