import type { INodePropertyOptions } from 'n8n-workflow';

/** Title Case as n8n writes it; a value that is not here is its own name. */
const names: Record<string, string> = {
	auto: 'Auto',
	fast: 'Fast',
	quality: 'Quality',
	'16:9': 'Landscape (16:9)',
	'9:16': 'Portrait (9:16)',
	'4k': '4K',
};

export const optionName = (value: string | number) => names[value] ?? String(value);

export const asOptions = (values: readonly (string | number)[]): INodePropertyOptions[] =>
	values.map((value) => ({ name: optionName(value), value }));
