interface Described {
	label: string;
	/** One line in the editor, without a full stop. */
	description: string;
}

interface Switch extends Described {
	kind: 'switch';
	default: boolean;
}

interface Choice extends Described {
	kind: 'choice';
	/** The values as providers spell them. */
	choices: ReadonlyArray<{ name: string; value: string; description?: string }>;
	default: string;
}

interface WholeNumber extends Described {
	kind: 'wholeNumber';
	min: number;
	/** What the smallest number stands for, in a word or two. */
	minMeans: string;
	max: number;
	default: number;
}

export type Control = Switch | Choice | WholeNumber;

/**
 * Every control that some model takes. From its entry follow its type, its field in the editor, its
 * reader and its check. A model names it in `controls`, and its provider file spells it.
 */
export const controlTable = {
	autoFix: {
		kind: 'switch',
		label: 'Auto Fix',
		description: 'Whether the provider may rewrite a prompt that its content policy refuses',
		default: false,
	},
	safetyTolerance: {
		kind: 'wholeNumber',
		label: 'Safety Tolerance',
		description: 'How much the content filter allows',
		min: 1,
		minMeans: 'strictest',
		max: 6,
		default: 4,
	},
	enhancePrompt: {
		kind: 'switch',
		label: 'Enhance Prompt',
		description: 'Whether the provider may add details to the prompt',
		default: true,
	},
	personGeneration: {
		kind: 'choice',
		label: 'Person Generation',
		description: 'Whether people may appear in the video',
		choices: [
			{ name: 'Allow Adult', value: 'allow_adult', description: 'Adults may appear' },
			{ name: "Don't Allow", value: 'dont_allow', description: 'No people may appear' },
		],
		default: 'allow_adult',
	},
	referenceType: {
		kind: 'choice',
		label: 'Reference Type',
		description: 'What the reference images are for',
		choices: [
			{ name: 'Asset', value: 'ASSET', description: 'The images show what appears in the video' },
			{ name: 'Style', value: 'STYLE', description: 'The images show how the video looks' },
		],
		default: 'ASSET',
	},
	upstreamProvider: {
		kind: 'choice',
		label: 'Upstream Provider',
		description: 'Which company makes the video for the provider',
		choices: [
			{ name: 'Auto', value: 'auto', description: 'Google, and fal.ai where Google cannot' },
			{ name: 'Fal.ai', value: 'fal', description: 'Only fal.ai' },
			{ name: 'Google', value: 'google', description: 'Only Google' },
		],
		default: 'auto',
	},
} as const satisfies Record<string, Control>;

export type ControlName = keyof typeof controlTable;

export const controlNames = Object.keys(controlTable) as ControlName[];

interface ControlValues {
	switch: boolean;
	choice: string;
	wholeNumber: number;
}

/** The controls that a user has set; the others are left to the provider. */
export type VideoControls = {
	[Name in ControlName]?: ControlValues[(typeof controlTable)[Name]['kind']];
};

/** As it stands in texts: `from 1 (strictest) to 6`. */
export const rangeOf = ({ min, minMeans, max }: WholeNumber) =>
	`from ${min} (${minMeans}) to ${max}`;
