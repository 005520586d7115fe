/** Values of the controls that offer a choice, as providers spell them. */
export const controlChoices = {
	personGeneration: ['allow_adult', 'dont_allow'],
	referenceType: ['ASSET', 'STYLE'],
} as const;
