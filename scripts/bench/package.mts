// What the package weighs: to download, for n8n's start, and for the editor, beside nodes of n8n's own.
import { realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { INodeTypeDescription } from 'n8n-workflow';
import { list } from 'tar';

import manifest from '../../package.json' with { type: 'json' };
import { runCommand } from '../command.mts';
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import { startSession } from '../n8n/session.mts';
import { packPackage } from '../pack.mts';
import { median, printTable } from './table.mts';

const LOAD = join(import.meta.dirname, 'load.mts');
const ROUNDS = 9;

/** Nodes of n8n's own: their name, and their file in n8n-nodes-base. */
const others = [
	{ name: 'No Operation', type: 'noOp', file: 'NoOp/NoOp.node.js' },
	{ name: 'HTTP Request', type: 'httpRequest', file: 'HttpRequest/HttpRequest.node.js' },
	{ name: 'Google Sheets', type: 'googleSheets', file: 'Google/Sheet/GoogleSheets.node.js' },
];

/** Prints the tables. */
export async function benchPackage(): Promise<void> {
	const { node, startScript } = await installN8n(N8N_VERSION, (line) => console.log(line));
	const tarball = await packPackage();
	await weigh(tarball);
	const session = await startSession({ tarball, jobSeconds: 1, fileFolders: [] });
	try {
		const modules = join(dirname(session.n8n.logFile), '.n8n', 'nodes', 'node_modules');
		// What n8n depends on lies beside it, not beside the link to it.
		const ofN8n = createRequire(await realpath(startScript));
		await timeLoading(node, ofN8n, join(modules, manifest.name));
		weighForEditor(await session.client.nodeTypes());
	} finally {
		await session.close();
	}
}

async function weigh(tarball: string): Promise<void> {
	let files = 0;
	let bytes = 0;
	await list({
		file: tarball,
		onReadEntry: ({ size }) => {
			files += 1;
			bytes += size;
		},
	});
	printTable([
		['', 'KB'],
		['tarball', kilobytes((await stat(tarball)).size)],
		[`unpacked, ${files} files`, kilobytes(bytes)],
	]);
}

const kilobytes = (bytes: number) => (bytes / 1024).toFixed(1);

/** In the Node.js of n8n, each in a new process in which n8n-workflow is loaded already, as in n8n. */
async function timeLoading(node: string, ofN8n: NodeJS.Require, folder: string): Promise<void> {
	console.log(`Loading, median of ${ROUNDS} processes`);
	const workflow = ofN8n.resolve('n8n-workflow');
	const [modules] = workflow.split('/n8n-workflow/dist/');
	const base = dirname(ofN8n.resolve('n8n-nodes-base/package.json'));
	const { nodes, credentials } = manifest.n8n;
	const all = [...nodes, ...credentials].map((file) => join(folder, file));
	const loads: Array<[string, string[]]> = [
		[`this package, ${nodes.length} nodes and ${credentials.length} credentials`, all],
		['the node Veo Reference Video', all.filter((file) => /VeoReferenceVideo\.node/.test(file))],
		...others.map(({ name, file }): [string, string[]] => [
			`n8n's ${name}`,
			[join(base, 'dist', 'nodes', file)],
		]),
	];
	const rows: string[][] = [];
	for (const [name, files] of loads) {
		const loaded: Loaded[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			const env = { ...process.env, NODE_PATH: modules };
			const stdout = await runCommand(node, [LOAD, workflow, ...files], { env });
			loaded.push(JSON.parse(stdout) as Loaded);
		}
		const middle = (key: keyof Loaded) => median(loaded.map((one) => one[key]));
		rows.push([
			name,
			middle('milliseconds').toFixed(1),
			middle('megabytes').toFixed(1),
			middle('files').toFixed(0),
		]);
	}
	printTable([['', 'ms', 'MB of heap', 'files'], ...rows]);
}

/** What load.mts prints. */
interface Loaded {
	milliseconds: number;
	megabytes: number;
	files: number;
}

/** What n8n sends to each editor that is opened. */
function weighForEditor(types: INodeTypeDescription[]): void {
	const ofType = (name: string) => types.filter((type) => type.name === `n8n-nodes-base.${name}`);
	const own = types.filter(({ name }) => name.startsWith(`${manifest.name}.`));
	const rows: Array<[string, INodeTypeDescription[]]> = [
		...own.map((type): [string, INodeTypeDescription[]] => [
			`${type.displayName}, ${[type.version].flat().join(' and ')}`,
			[type],
		]),
		['this package', own],
		...others.map(({ name, type }): [string, INodeTypeDescription[]] => [
			`n8n's ${name}, all versions`,
			ofType(type),
		]),
		["all of n8n's nodes and this package", types],
	];
	printTable([
		['node types as JSON', 'KB', 'KB with gzip'],
		...rows.map(([name, described]) => {
			const json = JSON.stringify(described);
			return [name, kilobytes(Buffer.byteLength(json)), kilobytes(gzipSync(json).length)];
		}),
	]);
}
