import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';

const root = join(__dirname, '../..');
const folder = join(root, 'workflows');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const page = readFileSync(join(root, 'docs/workflows.md'), 'utf8');

const isNote = ({ type }: INode) => type.endsWith('.stickyNote');

interface Box {
	name: string;
	left: number;
	top: number;
	right: number;
	bottom: number;
}

/** A node takes this much of the canvas, with its name below it. */
const nodeSize = { width: 96, height: 140 };

function boxOf({ name, position: [left, top], parameters, type }: INode): Box {
	const { width, height } = isNote({ type } as INode)
		? (parameters as unknown as typeof nodeSize)
		: nodeSize;
	return { name, left, top, right: left + width, bottom: top + height };
}

const overlap = (one: Box, other: Box) =>
	one.left < other.right &&
	other.left < one.right &&
	one.top < other.bottom &&
	other.top < one.bottom;

/** Pairs of things on the canvas of which one hides the other. */
const overlapsIn = (nodes: INode[]) => {
	const boxes = nodes.map(boxOf);
	return boxes.flatMap((one, index) =>
		boxes
			.slice(index + 1)
			.filter((other) => overlap(one, other))
			.map((other) => `${one.name} and ${other.name}`),
	);
};

/** What notes name beside the nodes of their canvas: our operations and options, and n8n's button. */
const known = new Set([
	'Download Video',
	'Estimate Cost',
	'Execute workflow',
	'Get',
	'Get Balance',
	'Simulator',
	'timeout',
]);

/** Nodes of n8n that can stand in the place of one, or behind one. */
const foreign = /^(Gmail|Google (Drive|Sheets)|Slack|YouTube)\b/;

/** Words that stand for a key, or begin one. */
const secret = /sk-|bearer |api.?key|password|-----BEGIN/i;

it('there are workflows to import', () => {
	expect(files.length).toBeGreaterThan(8);
});

describe.each(files)('%s', (file) => {
	const text = readFileSync(join(folder, file), 'utf8');
	const workflow = JSON.parse(text) as Workflow;
	const { nodes, connections, pinData } = workflow;
	const notes = nodes.filter(isNote).map(({ parameters }) => String(parameters.content));

	it('is explained by notes, one of which says what a second run does', () => {
		expect(notes.length).toBeGreaterThanOrEqual(2);
		for (const note of notes) expect(note).toMatch(/^## \d\. /);
		expect(notes.filter((note) => /\brun(s)? (it )?twice\b/i.test(note))).toHaveLength(1);
	});

	it('names in its notes only what a person finds', () => {
		const names = new Set(nodes.map(({ name }) => name));
		const words = notes.flatMap((note) => [...note.matchAll(/(?<!\*)\*([^*\n]+)\*(?!\*)/g)]);
		const unknown = words
			.map(([, word]) => word)
			.filter((word) => !names.has(word) && !known.has(word) && !foreign.test(word));
		expect(unknown).toEqual([]);
	});

	it('holds no credential, no pinned data and no secret', () => {
		expect(nodes.filter(({ credentials }) => credentials)).toEqual([]);
		expect(pinData).toBeUndefined();
		expect(text).not.toMatch(secret);
		expect(Object.values(sandboxCredentialTypes).filter((type) => text.includes(type))).toEqual([]);
	});

	it('has nodes with names and IDs of their own, connected to each other', () => {
		const names = nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		const targets = Object.values(connections)
			.flatMap((outputs) => Object.values(outputs).flat(2))
			.map((target) => target?.node);
		expect(
			[...Object.keys(connections), ...targets].filter((name) => !names.includes(name!)),
		).toEqual([]);
	});

	it('has a canvas on which nothing hides anything', () => {
		expect(overlapsIn(nodes)).toEqual([]);
	});

	it('is shown in docs/workflows.md, with its picture', () => {
		const picture = `images/workflow-${file.replace(/\.json$/, '')}.png`;
		expect(page).toContain(`](../workflows/${file})`);
		expect(page).toContain(`](${picture})`);
		expect(existsSync(join(root, 'docs', picture))).toBe(true);
	});
});

it('no node ID stands in two workflows', () => {
	const ids = files.flatMap((file) => {
		const { nodes } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Workflow;
		return nodes.map(({ id }) => id);
	});
	expect(new Set(ids).size).toBe(ids.length);
});

it('the looks at a canvas and at a text see what they look for', () => {
	const node = (name: string, x: number, y: number): INode => ({
		id: name,
		name,
		type: 'n8n-nodes-base.set',
		typeVersion: 1,
		position: [x, y],
		parameters: {},
	});
	const note = {
		...node('note', 0, -200),
		type: 'n8n-nodes-base.stickyNote',
		parameters: { width: 300, height: 260 },
	};
	expect(overlapsIn([note, node('a', 0, 0), node('b', 0, 80), node('c', 400, 0)])).toEqual([
		'note and a',
		'a and b',
	]);
	expect('{ "apiKey": "x" }').toMatch(secret);
});
