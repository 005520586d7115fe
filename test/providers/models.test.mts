import { providers } from '../../nodes/shared/registry';
import type { ControlName, ModelSpec } from '../../nodes/shared/types';

/** What the providers document that a model takes; the fields of every node follow from it. */
interface Documented {
	images: readonly [min: number, max: number];
	promptMaxLength?: number;
	aspectRatios: string[];
	resolutions: string[];
	durations: number[];
	modes?: string[];
	controls: ControlName[];
}

const both = ['16:9', '9:16'];
const landscape = ['16:9'];
const upTo4k = ['720p', '1080p', '4k'];
const upTo1080p = ['720p', '1080p'];
const references = [1, 3] as const;

const documented: Record<string, Documented> = {
	'fal-ai/veo3.1/reference-to-video': {
		images: references,
		aspectRatios: both,
		resolutions: upTo4k,
		durations: [8],
		controls: ['autoFix', 'safetyTolerance'],
	},
	'google/veo-3.1-reference-to-video': {
		images: references,
		aspectRatios: landscape,
		resolutions: upTo1080p,
		durations: [8],
		controls: [],
	},
	'veo-3.1-reference-to-video': {
		images: references,
		aspectRatios: both,
		resolutions: upTo4k,
		durations: [8],
		controls: ['autoFix', 'enhancePrompt', 'personGeneration', 'referenceType', 'safetyTolerance'],
	},
	'veo-3.1-fast-reference-to-video': {
		images: references,
		aspectRatios: both,
		resolutions: upTo4k,
		durations: [8],
		controls: ['autoFix', 'safetyTolerance'],
	},
	'google/veo-3.1/reference-to-video': {
		images: references,
		aspectRatios: both,
		resolutions: upTo4k,
		durations: [8],
		controls: [],
	},
	'google/veo-3.1/image-to-video': {
		images: [1, 1],
		aspectRatios: ['auto', ...both],
		resolutions: upTo4k,
		durations: [4, 6, 8],
		modes: ['fast', 'quality'],
		controls: [],
	},
	'veo-3.1-generate-preview': {
		images: references,
		promptMaxLength: 2000,
		aspectRatios: landscape,
		resolutions: upTo4k,
		durations: [8],
		controls: [],
	},
	'veo-3.1-fast-generate-preview': {
		images: references,
		promptMaxLength: 2000,
		aspectRatios: landscape,
		resolutions: upTo4k,
		durations: [8],
		controls: [],
	},
};

const table = providers.flatMap((provider) =>
	provider.models.map((model) => [provider.id, model.id, model] as const),
);

/** As the table has it; the order of controls means nothing. */
const takenBy = ({ images, controls, ...model }: ModelSpec) => ({
	images: [images.min, images.max],
	promptMaxLength: model.promptMaxLength,
	aspectRatios: model.aspectRatios,
	resolutions: model.resolutions,
	durations: model.durations,
	modes: model.modes,
	controls: [...controls].sort(),
});

it.each(table)('%s, %s takes what is documented, nothing else', (_, id, model) => {
	expect(takenBy(model)).toEqual(documented[id]);
});

it.each(table)('%s, %s says in its description what it takes', (_, __, model) => {
	const { description, durations } = model;
	if (/4K/.test(description)) expect(model.resolutions).toContain('4k');
	if (/1080p/.test(description)) expect(model.resolutions).not.toContain('4k');
	if (/landscape/.test(description)) expect(model.aspectRatios).toEqual(['16:9']);
	if (/8 seconds/.test(description)) expect(durations).toContain(8);
});
