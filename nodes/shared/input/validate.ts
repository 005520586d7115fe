import { controlNames, controlTable, rangeOf } from './controls';
import type { Control } from './controls';
import { badInput } from '../n8n/failure';
import { whyUnfetchable } from './imageUrls';
import type { BinaryField, Item } from '../n8n/item';
import { modelsThat, providersThat } from '../registry';
import { typesOf } from '../images/imageFile';
import { sharePageOf } from './shareLinks';
import type { ControlName, ModelSpec, VideoFormat, VideoRequest } from '../types';

/** Names the models of all providers that could do it; empty where there are none. */
function alternatives(can: (model: ModelSpec) => boolean): string {
	const models = modelsThat(can);
	return models.length > 0 ? ` Models that can: ${models.join(', ')}.` : '';
}

/** Refuses a format that the model cannot make. It is never dropped silently. */
export function checkFormat(item: Item, format: VideoFormat): void {
	const { model } = format;
	const refuse = (what: string, offered: readonly unknown[], can: (model: ModelSpec) => boolean) =>
		badInput(
			item,
			`${model.name} of ${item.provider.displayName} cannot make ${what}`,
			(offered.length > 0 ? `Choose one of: ${offered.join(', ')}.` : 'Choose another model.') +
				alternatives(can),
		);
	if (!model.resolutions.includes(format.resolution)) {
		const { resolution } = format;
		throw refuse(`${resolution} videos`, model.resolutions, (other) =>
			other.resolutions.includes(resolution),
		);
	}
	if (!model.aspectRatios.includes(format.aspectRatio)) {
		const { aspectRatio } = format;
		throw refuse(`${aspectRatio} videos`, model.aspectRatios, (other) =>
			other.aspectRatios.includes(aspectRatio),
		);
	}
	if (!model.durations.includes(format.duration)) {
		const { duration } = format;
		throw refuse(
			`videos of ${duration} seconds`,
			model.durations.map((seconds) => `${seconds} seconds`),
			(other) => other.durations.includes(duration),
		);
	}
	if (model.isAudioFixed && format.generateAudio) {
		throw badInput(
			item,
			`${model.name} of ${item.provider.displayName} has no audio switch, so Generate Audio cannot be on`,
			`Set Generate Audio to off: the model itself decides about audio, at the same price.${alternatives((other) => !other.isAudioFixed)}`,
		);
	}
	if (model.modes && !model.modes.includes(format.mode)) {
		throw refuse(`videos in mode "${format.mode}"`, model.modes, () => false);
	}
}

/** @param imageFields binary fields that hold the images; absent where they are given by URL */
export function checkRequest(
	item: Item,
	request: VideoRequest,
	imageFields?: readonly BinaryField[],
): void {
	checkFormat(item, request);
	checkPrompt(item, request);
	if (imageFields) checkUpload(item);
	// Words that somebody wrote instead of a URL would be counted as several.
	checkImageUrls(item, request);
	checkImageCount(item, request, imageFields);
	checkControls(item, request);
}

/** What could not have been sent is not looked for. */
export function checkSoughtRequest(item: Item, request: VideoRequest): void {
	checkFormat(item, request);
	checkPrompt(item, request);
	checkImageUrls(item, request);
	checkControls(item, request);
}

function checkPrompt(item: Item, { model, prompt }: VideoRequest): void {
	if (prompt.trim() === '') {
		throw badInput(
			item,
			'The prompt is empty',
			'Describe the video in Prompt, or check the expression and the column it reads',
		);
	}
	// Providers count characters, not UTF-16 units. An array of those of a huge prompt takes a
	// gigabyte.
	const length = prompt.replace(/[\ud800-\udbff](?=[\udc00-\udfff])/g, '').length;
	if (model.promptMaxLength !== undefined && length > model.promptMaxLength) {
		throw badInput(
			item,
			`The prompt has ${length} characters; ${model.name} of ${item.provider.displayName} takes ${model.promptMaxLength}`,
			`Shorten it by ${length - model.promptMaxLength} characters.${alternatives(
				(other) => (other.promptMaxLength ?? Infinity) >= length,
			)}`,
		);
	}
}

function checkUpload(item: Item): void {
	const { provider } = item;
	if (provider.upload) return;
	throw badInput(
		item,
		`${provider.displayName} takes reference images by URL only`,
		`Set Image Source to Image URL(s) and give public URLs. Providers that take files: ${providersThat(
			(other) => other.upload !== undefined,
		).join(', ')}.`,
	);
}

function checkImageCount(
	item: Item,
	{ model, imageUrls }: VideoRequest,
	imageFields?: readonly BinaryField[],
): void {
	const { length: count } = imageFields ?? imageUrls;
	const { min, max } = model.images;
	const range = min === max ? `exactly ${min}` : `${min} to ${max}`;
	if (count < min) {
		const [what, field] = imageFields
			? ['binary field', 'Input Data Field Name(s)']
			: ['image URL', 'Image URL(s)'];
		throw badInput(
			item,
			'There is no reference image',
			`Give ${range} ${what}${max === 1 ? '' : 's'} in ${field}, or check the expression and the column it reads`,
		);
	}
	if (count > max) {
		throw badInput(
			item,
			`${count} reference images are too many: ${model.name} of ${item.provider.displayName} takes ${range}`,
			`Remove ${count - max}.${alternatives((other) => other.images.max >= count)}`,
		);
	}
}

function checkImageUrls(item: Item, { model, imageUrls }: VideoRequest): void {
	for (const [index, url] of imageUrls.entries()) {
		const reason = whyUnfetchable(url);
		const page = reason ? undefined : sharePageOf(url);
		if (page) {
			throw badInput(
				item,
				`Reference image ${index + 1} is a share link of ${page.service}, which leads to a page and not to the image: ${url.slice(0, 200)}`,
				page.direct
					? `Let anyone with the link view the file, and give its direct form: ${page.direct}`
					: 'It leads to a folder or a transfer. Give the link of one image in it',
			);
		}
		const type = reason ? undefined : unusableTypeOf(url, model);
		if (type) {
			throw badInput(
				item,
				`Reference image ${index + 1} is a ${type} file, which ${model.name} of ${item.provider.displayName} does not take: ${url.slice(0, 200)}`,
				`Give it as ${typesOf(model)}`,
			);
		}
		if (!reason) continue;
		throw badInput(
			item,
			`Reference image ${index + 1} ${reason}: ${url.slice(0, 200)}`,
			'Give a public http:// or https:// URL that leads straight to a PNG, JPEG or WebP file',
		);
	}
}

/** The type that the name of the file says, where the model does not take it. */
function unusableTypeOf(url: string, { images }: ModelSpec): string | undefined {
	const isWebp = /\.webp$/i.test(new URL(url).pathname);
	return isWebp && images.types && !images.types.includes('image/webp') ? 'WebP' : undefined;
}

function checkControls(item: Item, { model, controls }: VideoRequest): void {
	for (const name of controlNames) {
		const value = controls[name];
		if (value === undefined) continue;
		if (!model.controls.includes(name)) {
			throw badInput(
				item,
				`${model.name} of ${item.provider.displayName} does not take the option "${controlTable[name].label}"`,
				`Remove it from Options.${alternatives((other) => other.controls.includes(name))}`,
			);
		}
		checkControl(item, name, value);
	}
}

function checkControl(item: Item, name: ControlName, value: boolean | string | number): void {
	const control: Control = controlTable[name];
	if (control.kind === 'choice') {
		const values = control.choices.map((choice) => choice.value);
		if (values.includes(String(value))) return;
		throw badInput(
			item,
			`The option "${control.label}" is "${String(value).slice(0, 100)}"`,
			`Choose one of: ${values.join(', ')}`,
		);
	}
	if (control.kind === 'wholeNumber') {
		const { label, min, max } = control;
		if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return;
		throw badInput(item, `${label} is ${value}`, `Give a whole number ${rangeOf(control)}`);
	}
}
