import { jsonParse } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { badInput, JobError } from '../n8n/failure';
import { readImageFields } from '../images/upload';
import { controlNames, controlTable } from './controls';
import type { Control } from './controls';
import { isTooLong, maxCellLength, splitImageUrls } from './imageUrls';
import { jobInInput, textOf } from '../n8n/item';
import type { BinaryField, Item } from '../n8n/item';
import { readJobFields } from '../job/job';
import { providersAndSimulator } from '../registry';
import type {
	AspectRatio,
	ModelSpec,
	Resolution,
	VideoControls,
	VideoFormat,
	VideoProvider,
	VideoRequest,
} from '../types';
import { isObject } from '../wire/answers';
import { whyNotJobId } from '../wire/jobId';
import { isModelId } from '../wire/modelId';
import { checkFormat, checkRequest, checkSoughtRequest } from './validate';

/** Frozen: n8n leaves default values out of saved workflows, and a changed one changes bills. */
const defaults = { aspectRatio: '16:9', resolution: '720p', duration: 8, mode: 'fast' } as const;

/** An empty spreadsheet cell is no choice. */
const isBlank = (value: unknown) => value === undefined || value === null || value === '';

export const optionsOf = (item: Item) => (item.parameter('options') ?? {}) as IDataObject;

/** Parameters of the operations that submit, in neutral terms and checked against the model. */
export function readRequest(item: Item): VideoRequest {
	const imageFields = readImageFields(item);
	const request = readRequestParameters(item, imageFields);
	checkRequest(item, request, imageFields);
	return request;
}

/** The same for a request that was sent before: its images need not be at hand. */
export function readSoughtRequest(item: Item): VideoRequest {
	const request = readRequestParameters(item, readImageFields(item));
	checkSoughtRequest(item, request);
	return request;
}

const readRequestParameters = (item: Item, imageFields?: BinaryField[]): VideoRequest => ({
	...readFormatParameters(item),
	prompt: readPrompt(item),
	imageUrls: imageFields ? [] : readImageUrls(item),
	controls: readControls(item),
});

function readImageUrls(item: Item): string[] {
	const value = item.parameter('imageUrls');
	if (!isTooLong(value)) return splitImageUrls(value);
	throw badInput(
		item,
		`There is too much text in Image URL(s): more than ${maxCellLength} characters`,
		'Give the links of the images only, or check the expression and the column it reads',
	);
}

/** Refuses an object or a list from a wrong expression: the video would show "[object Object]". */
function readPrompt(item: Item): string {
	const prompt = item.parameter('prompt') ?? '';
	if (typeof prompt === 'string' || typeof prompt === 'number') return String(prompt);
	throw badInput(
		item,
		`The prompt is not text: ${JSON.stringify(prompt).slice(0, 100)}`,
		'Check the expression: it should return the text of one cell',
	);
}

/** What a price depends on, for the operation that submits nothing. */
export function readFormat(item: Item): VideoFormat {
	const format = readFormatParameters(item);
	checkFormat(item, format);
	return format;
}

function readFormatParameters(item: Item): VideoFormat {
	const choice = (name: keyof typeof defaults) => {
		const value = item.parameter(name);
		return isBlank(value) ? defaults[name] : value;
	};
	// Only so much of a wrong one is shown.
	const word = (name: keyof typeof defaults) => textOf(choice(name)).slice(0, 100);
	return {
		model: readModel(item),
		aspectRatio: word('aspectRatio') as AspectRatio,
		resolution: word('resolution').toLowerCase() as Resolution,
		duration: readNumber(item, 'Duration', choice('duration')),
		mode: word('mode'),
		generateAudio: readBoolean(item, 'Generate Audio', item.parameter('generateAudio')) ?? false,
	};
}

function readModel(item: Item): ModelSpec {
	const model = readListedModel(item);
	const { modelId } = optionsOf(item);
	if (isBlank(modelId) || modelId === model.id) return model;
	const id = String(modelId).trim();
	if (!isModelId(id)) {
		throw badInput(
			item,
			`Model ID is not the ID of a model: ${JSON.stringify(modelId).slice(0, 100)}`,
			`Give it as ${item.provider.displayName} spells it, such as ${model.id}, or remove it from Options`,
		);
	}
	return { ...model, id, isGivenById: true, price: undefined, lifecycle: undefined };
}

function readListedModel(item: Item): ModelSpec {
	const { models, displayName } = item.provider;
	const id = item.parameter('model');
	if (isBlank(id)) return models[0];
	const model = models.find((candidate) => candidate.id === id);
	if (model) return model;
	throw badInput(
		item,
		`"${textOf(id).slice(0, 100)}" is not a model of ${displayName}`,
		`Choose one of: ${models.map((candidate) => candidate.id).join(', ')}. To try another one, give it as Model ID in Options`,
	);
}

function readControls(item: Item): VideoControls {
	const options = optionsOf(item);
	return Object.fromEntries(
		controlNames.map((name) => [name, readControl(item, controlTable[name], options[name])]),
	);
}

function readControl(item: Item, { kind, label }: Control, value: unknown) {
	if (isBlank(value)) return undefined;
	switch (kind) {
		case 'switch':
			return readBoolean(item, label, value);
		case 'choice':
			return textOf(value);
		case 'wholeNumber':
			return readNumber(item, label, value);
	}
}

export function readNumber(item: Item, label: string, value: unknown): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isFinite(number)) return number;
	throw badInput(
		item,
		`${label} is not a number: ${JSON.stringify(value)?.slice(0, 100)}`,
		'Give digits only, or check the expression',
	);
}

/** Spreadsheets deliver TRUE and FALSE as text. */
function readBoolean(item: Item, label: string, value: unknown): boolean | undefined {
	if (isBlank(value)) return undefined;
	if (typeof value === 'boolean') return value;
	const text = textOf(value).toLowerCase();
	if (text === 'true' || text === 'false') return text === 'true';
	throw badInput(
		item,
		`${label} is neither true nor false: ${JSON.stringify(value)?.slice(0, 100)}`,
		'Give true or false, or check the expression',
	);
}

/** The user's own data, carried from the request to the finished video. */
export function readMetadata(item: Item): IDataObject | null {
	const { metadata } = optionsOf(item);
	if (isBlank(metadata)) return null;
	const parsed: unknown =
		typeof metadata === 'string' ? jsonParse(metadata, { fallbackValue: null }) : metadata;
	if (isObject(parsed)) return parsed;
	throw badInput(
		item,
		'Metadata is not a JSON object',
		'Give an object such as {"row": 7}, or an expression that returns one',
	);
}

/** The reason why the request of this item was refused; it is also why the item has no job. */
export function refusalInInput(item: Item) {
	const { error: failure } = readJobFields(jobInInput(item, null));
	if (!failure) return undefined;
	const error = new JobError(item, failure);
	error.message = failure.message;
	error.description = undefined;
	// Items of older versions do not say it.
	error.mayBeAccepted = failure.accepted !== 'no';
	return error;
}

/** The job ID of the operations on a job, refused when it is another provider's. */
export function readJobId(item: Item): string {
	const { provider } = item;
	const jobId = textOf(item.parameter('jobId'));
	if (jobId === '') {
		throw (
			refusalInInput(item) ??
			badInput(
				item,
				'The job ID is empty',
				'Give the jobId of an item that one of the Generate operations returned',
			)
		);
	}
	const { provider: origin, jobId: inputJobId } = item.input.json ?? {};
	const isFromInput = inputJobId === jobId && typeof origin === 'string';
	const isForeign = isFromInput && origin !== provider.id;
	const isOwn = isFromInput && !isForeign;
	const problem = whyNotJobId(provider, jobId);
	const looksForeign = problem === 'other_shape' && !isOwn && isLikeOthers(provider, jobId);
	if (isForeign || problem === 'unusable' || looksForeign) {
		throw badInput(
			item,
			`Job ID "${jobId.slice(0, 100)}" does not belong to ${provider.displayName}${isForeign ? ` but to ${origin.slice(0, 100)}` : ''}`,
			'Choose the provider of the job, or pass on the item that the generating node returned',
		);
	}
	return jobId;
}

/**
 * Most shapes of ids are known from examples only, so one that is not like the provider's own is
 * refused only when it is like another provider's.
 */
const isLikeOthers = (provider: VideoProvider, jobId: string): boolean =>
	providersAndSimulator.some((other) => other !== provider && other.jobIdPattern?.test(jobId));
