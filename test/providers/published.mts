import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { ControlName, VideoFormat } from '../../nodes/shared/types';

/** What a provider documents about a model. The fields of every node follow from it. */
export interface PublishedModel {
	/** What is said of its end, and the model of the provider that takes its place. */
	lifecycle?: { state: string; since: string; successor?: string };
	images: readonly [min: number, max: number];
	/** Types of image files; absent where PNG, JPEG and WebP are taken. */
	imageTypes?: string[];
	/** True where the documentation has no field for the sound. */
	isAudioFixed?: true;
	/** True where the prompt may name an image by a tag. */
	hasImageTags?: true;
	promptMaxLength?: number;
	aspectRatios: string[];
	resolutions: string[];
	durations: number[];
	modes?: string[];
	controls: ControlName[];
	/**
	 * US dollars for the whole video, silent and with audio; absent, or null for a format, where no
	 * price is published.
	 */
	prices?: Array<[format: Partial<VideoFormat>, silent: number | null, audio: number | null]>;
	/** What the editor says about them, worked out by hand: by mode, where there are modes, and resolution. */
	priceTexts?: Record<string, string>;
}

/**
 * What is published of a provider: by us, so that workflows depend on it, and by the provider's own
 * documentation. It is read a second time on purpose, and never from the sources.
 */
export interface Published {
	/** Its own node. */
	node: string;
	credential: string;
	scheme: 'Bearer' | 'Key';
	/** What the credential holds beside the key. */
	hosts: Record<string, string>;
	/** By id; the first one is the default. */
	models: Record<string, PublishedModel>;
	/** Largest image, in bytes; absent where no upload is documented. */
	uploadBytes?: number;
	/** How long the link of a video is promised to live; absent: not promised. */
	linkHours?: number;
	/** False where refusals have a text but no code. */
	hasErrorCodes: boolean;
}

const load = createRequire(__filename);

/** By the provider's id, which is the name of the folder. */
export const published: Record<string, Published> = Object.fromEntries(
	readdirSync(__dirname, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => {
			const file = load(join(__dirname, name, 'published.mts')) as { published: Published };
			return [name, file.published];
		}),
);

const models: Record<string, PublishedModel> = Object.assign(
	{},
	...Object.values(published).map((provider) => provider.models),
);

export function publishedModel(id: string): PublishedModel {
	if (models[id]) return models[id];
	throw new Error(`No published.mts in test/providers/ has read the model ${id} again`);
}
