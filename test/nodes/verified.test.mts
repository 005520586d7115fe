import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Color from 'colorjs.io';
import type { INodePropertyOptions } from 'n8n-workflow';

import manifest from '../../package.json';
import { nodeTypes } from '../../scripts/sources.mts';
import { allFields } from './parameters.mts';

/**
 * What n8n asks of a verified node beyond the rules of the linter that is installed here: rules of its newest
 * linter, which only read literals, and its UX guidelines.
 */
const nodes = Object.entries(nodeTypes).map(
	([name, Type]) => [name, new Type().description] as const,
);

describe.each(nodes)('%s', (_, description) => {
	const fields = allFields(description.properties);

	it('has actions without an article', () => {
		const actions = fields
			.filter(([path]) => path === 'operation')
			.flatMap(([, field]) => field.options as INodePropertyOptions[])
			.map(({ action }) => action ?? '');
		expect(actions.filter((action) => /\b(a|an|the)\b/i.test(action))).toEqual([]);
	});

	it('has hints of at most 120 characters', () => {
		const tooLong = fields.filter(([, { hint = '' }]) => hint.length > 120);
		expect(tooLong.map(([path]) => path)).toEqual([]);
	});

	it('has no choice twice, and no star in its name', () => {
		const twice = fields.flatMap(([path, { type, options = [] }]) => {
			if (type !== 'options' && type !== 'multiOptions') return [];
			const choices = options as INodePropertyOptions[];
			const names = new Set(choices.map(({ name }) => name));
			const values = new Set(choices.map(({ value }) => value));
			const unique = names.size === choices.length && values.size === choices.length;
			return unique && !choices.some(({ name }) => name.includes('*')) ? [] : [path];
		});
		expect(twice).toEqual([]);
	});

	it('asks for one credential at a time', () => {
		const { credentials = [] } = description;
		const shownFor = credentials.flatMap(
			({ displayOptions }) => displayOptions?.show?.['/provider'] ?? ['any provider'],
		);
		expect(credentials.length).toBeGreaterThan(0);
		expect(new Set(shownFor).size).toBe(credentials.length);
		if (credentials.length > 1) expect(shownFor).not.toContain('any provider');
	});

	it('brings no color of its own', () => {
		expect(description.defaults).not.toHaveProperty('color');
	});
});

it('the package has a repository to itself', () => {
	expect(manifest.repository).not.toHaveProperty('directory');
});

describe('icons are seen on the canvas', () => {
	/** n8n warns below 1.5; accessibility guidelines (WCAG 1.4.11) ask for 3. */
	const LEAST_CONTRAST = 3;
	const NODE_BACKGROUND = { light: '#ffffff', dark: '#262626' };

	const folder = join(__dirname, '../../icons');
	const icons = readdirSync(folder).filter((name) => name.endsWith('.svg'));

	/** Of the color that stands out most; the others are drawn upon it. */
	const contrastOf = (svg: string, theme: keyof typeof NODE_BACKGROUND) => {
		const background = new Color(NODE_BACKGROUND[theme]);
		const paints = [...svg.matchAll(/\b(?:fill|stroke|stop-color)="([^"]*)"/g)]
			.map(([, paint]) => paint)
			.filter((paint) => paint !== 'none');
		return Math.max(...paints.map((paint) => background.contrastWCAG21(new Color(paint))));
	};

	it.each(icons)('%s', (name) => {
		const theme = name.endsWith('.dark.svg') ? 'dark' : 'light';
		const svg = readFileSync(join(folder, name), 'utf8');
		expect(contrastOf(svg, theme)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
	});

	it('a pale one would be told', () => {
		const pale = '<svg><rect fill="none" stroke="#eee"/><path fill="#fbbc04"/></svg>';
		expect(contrastOf(pale, 'light')).toBeCloseTo(1.7, 1);
		expect(contrastOf(pale, 'dark')).toBeGreaterThan(LEAST_CONTRAST);
	});
});
