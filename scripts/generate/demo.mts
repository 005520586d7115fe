import type { IConnections, INode, INodeParameters } from 'n8n-workflow';

import { NODES } from '../../demo/workflow.mts';
import { providers } from '../../nodes/shared/registry.ts';
import type { VideoProvider } from '../../nodes/shared/types.ts';
import { formatted } from '../formatted.mts';
import { GENERATOR, inTurn, newNode, to } from '../n8n/workflow.mts';
import { newestVersion, nodeTypes } from '../sources.mts';

/** Between two nodes of the canvas, from left to right and from top to bottom. */
const step = { right: 220, down: 200 };

/** The demo's workflow: a branch for each provider between reading the sheet and writing the results. */
export const files = async () => ({
	'demo/workflow.json': await formatted({
		name: 'Spreadsheet of prompts to Veo videos',
		nodes: [...reading, ...branches.flat(), ...collecting, ...saving, ...reporting],
		connections: connections(),
		settings: { executionOrder: 'v1' },
	}),
});

const base = (name: string, type: string, typeVersion: number, parameters: INodeParameters = {}) =>
	newNode(name, `n8n-nodes-base.${type}`, parameters, { id: idOf(name), typeVersion });

/** Stands in the URL that wakes a sleeping node. */
const idOf = (name: string) => name.toLowerCase().replaceAll(/\W+/g, '-');

/** From left to right on one line of the canvas. */
const inLine = (nodes: INode[], column: number, line: number): INode[] =>
	nodes.map((node, index) => ({
		...node,
		position: [(column + index) * step.right, line * step.down],
	}));

const text = (name: string, value: string) => ({
	id: idOf(name),
	name,
	value,
	type: 'string',
});

const settings = (name: string) => `$('${NODES.settings}').first().json.${name}`;

const condition = (caseSensitive: boolean, rule: INodeParameters): INodeParameters => ({
	options: { caseSensitive, leftValue: '', typeValidation: 'strict', version: 2 },
	combinator: 'and',
	conditions: [rule],
});

const middle = (providers.length - 1) / 2;

const reading = inLine(
	[
		base(NODES.start, 'manualTrigger', 1),
		base(NODES.settings, 'set', 3.4, {
			assignments: {
				assignments: [
					text('promptsFile', '/home/node/.n8n-files/prompts.csv'),
					text('outputFolder', '/home/node/.n8n-files'),
					text('onlyProvider', ''),
				],
			},
			options: {},
		}),
		base('Read Sheet', 'readWriteFile', 1.1, {
			operation: 'read',
			fileSelector: '={{ $json.promptsFile }}',
			options: {},
		}),
		base('Rows', 'extractFromFile', 1.1, { operation: 'csv', options: { encoding: 'utf-8' } }),
		base('Provider of the Row', 'switch', 3.2, {
			rules: {
				values: providers.map(({ id, displayName }) => ({
					conditions: condition(false, {
						id: `is-${id}`,
						leftValue: `={{ ${settings('onlyProvider')} || $json.provider }}`,
						rightValue: id,
						operator: { type: 'string', operation: 'equals' },
					}),
					renameOutput: true,
					outputKey: displayName,
				})),
			},
			options: { ignoreCase: true },
		}),
	],
	0,
	middle,
);

const typeVersion = newestVersion(new nodeTypes.veoReferenceVideo().description);

const veo = (name: string, parameters: INodeParameters) =>
	newNode(name, GENERATOR, parameters, {
		id: idOf(name),
		typeVersion,
		onError: 'continueRegularOutput',
	});

/** Generate, ask again for what was late, download. */
function branchOf({ id: provider, displayName, models: [model] }: VideoProvider): INode[] {
	const hasRatios = model.aspectRatios.length > 1;
	return [
		veo(`Generate with ${displayName}`, {
			provider,
			resource: 'video',
			operation: 'generateAndWait',
			model: model.id,
			prompt: '={{ $json.prompt }}',
			imageUrls: '={{ $json.image_urls }}',
			...(hasRatios && { aspectRatio: '={{ $json.aspect_ratio }}' }),
			resolution: '={{ $json.resolution }}',
			generateAudio: "={{ $json.audio === 'yes' }}",
			options: {
				metadata: '={{ { "row": Number($json.row) } }}',
				pollInterval: 10,
				timeout: 15,
			},
		}),
		veo(`Get from ${displayName}`, {
			provider,
			resource: 'job',
			operation: 'get',
			jobId: '={{ $json.jobId }}',
		}),
		veo(`Download from ${displayName}`, {
			provider,
			resource: 'video',
			operation: 'download',
			jobId: '={{ $json.jobId }}',
			videoUrl: '={{ $json.videoUrl }}',
		}),
	];
}

const branches = providers.map((provider, index) =>
	inLine(branchOf(provider), reading.length, index),
);

const collecting = inLine(
	[
		base('All Rows', 'merge', 3.2, { mode: 'append', numberInputs: providers.length }),
		base('In Order', 'sort', 1, {
			sortFieldsUi: { sortField: [{ fieldName: 'metadata.row' }] },
			options: {},
		}),
	],
	reading.length + 3,
	middle,
);

const fileName = 'row-${$json.metadata.row}-${$binary.data.fileName}';

const saving = inLine(
	[
		base('Has Video', 'filter', 2.2, {
			conditions: condition(true, {
				id: 'video-there',
				leftValue: '={{ $binary.data }}',
				rightValue: '',
				operator: { type: 'object', operation: 'exists', singleValue: true },
			}),
			options: {},
		}),
		base('Save Video', 'readWriteFile', 1.1, {
			operation: 'write',
			fileName: `={{ ${settings('outputFolder')} }}/row-{{ $json.metadata.row }}-{{ $binary.data.fileName }}`,
			options: {},
		}),
	],
	reading.length + 5,
	middle - 0.5,
);

const reporting = inLine(
	[
		base(NODES.results, 'set', 3.4, {
			assignments: {
				assignments: [
					text('row', '={{ String($json.metadata.row) }}'),
					text('provider', '={{ $json.provider }}'),
					text('status', '={{ $json.status }}'),
					text('video_link', "={{ $json.videoUrl ?? '' }}"),
					text('file', `={{ $binary.data ? \`${fileName}\` : '' }}`),
					text(
						'cost',
						"={{ $json.cost ? `${$json.cost.amount.toFixed(2)} ${$json.cost.currency}` : '' }}",
					),
					text('error', "={{ $json.error?.message ?? '' }}"),
				],
			},
			options: {},
		}),
		base('Result Sheet', 'convertToFile', 1.1, {
			operation: 'csv',
			options: { fileName: 'results.csv' },
		}),
		base('Save Sheet', 'readWriteFile', 1.1, {
			operation: 'write',
			fileName: `={{ ${settings('outputFolder')} }}/results.csv`,
			options: {},
		}),
	],
	reading.length + 5,
	middle + 0.5,
);

function connections(): IConnections {
	const [merge, order] = collecting;
	return {
		...inTurn(reading),
		[reading.at(-1)!.name]: { main: branches.map(([{ name }]) => to(name).main[0]) },
		...Object.assign({}, ...branches.map((branch) => inTurn(branch))),
		...Object.fromEntries(
			branches.map((branch, index) => [
				branch.at(-1)!.name,
				{ main: [[{ node: merge.name, type: 'main', index }]] },
			]),
		),
		...inTurn(collecting),
		[order.name]: to(saving[0].name, reporting[0].name),
		...inTurn(saving),
		...inTurn(reporting),
	};
}
