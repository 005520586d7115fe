// Child of downloads.mts: one download, through the node in n8n's own engine, into n8n's storage
// without a node, or by Node.js alone, and what it took: <node file> <small video> <video> node|storage|plain
import { readFileSync, writeFileSync } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type * as Core from 'n8n-core';
import type { INode, INodeType, IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import type * as N8nWorkflow from 'n8n-workflow';

const require = createRequire(import.meta.url);
// The engine's decorators need it, and it is the engine's dependency, not ours.
createRequire(require.resolve('n8n-core'))('reflect-metadata');
const { BinaryDataService, ExecutionLifecycleHooks, WorkflowExecute } =
	require('n8n-core') as typeof Core;
const { createRunExecutionData, NodeHelpers, Workflow } =
	require('n8n-workflow') as typeof N8nWorkflow;
const { Container } = require('@n8n/di') as typeof import('@n8n/di');

export type How = 'node' | 'storage' | 'plain';

export interface Measurement {
	seconds: number;
	bytes: number;
	/** After the first small download. */
	coldMegabytes: number;
	/** After ten of them, as an n8n that has worked before. */
	idleMegabytes: number;
	peakMegabytes: number;
}

/** Its address lets the node fetch from this machine. */
const sandboxCredential = (url: string) => ({
	isCredentialUsableByNode: () => true,
	getParentTypes: () => [],
	getDecrypted: async () => await Promise.resolve({ apiKey: 'key', baseUrl: new URL(url).origin }),
});

/** The engine builds URLs from all of these, for expressions that are not used here. */
const addresses = [
	...['webhookBaseUrl', 'webhookWaitingBaseUrl', 'instanceBaseUrl', 'restApiUrl'],
	'formWaitingBaseUrl',
];
const megabyte = 2 ** 20;
const [nodeFile, warmUpUrl, videoUrl, how] = process.argv.slice(2);
// The whole engine in each case, so that all are idle at the same size.
const [Type] = Object.values(require(nodeFile) as Record<string, new () => INodeType>);
await Container.get(BinaryDataService).init();
const download = {
	node: downloadThroughNode,
	storage: downloadIntoStorage,
	plain: downloadPlainly,
}[how as How];

await download(warmUpUrl);
await sleep(1000);
const cold = process.memoryUsage.rss();
for (let clip = 2; clip <= 10; clip++) await download(warmUpUrl);
await sleep(1000);
const idle = process.memoryUsage.rss();
const watch = watchMemory();
const started = performance.now();
const bytes = await download(videoUrl);
const seconds = (performance.now() - started) / 1000;
const measurement: Measurement = {
	seconds,
	bytes,
	coldMegabytes: cold / megabyte,
	idleMegabytes: idle / megabyte,
	peakMegabytes: watch.stop() / megabyte,
};
console.log(JSON.stringify(measurement));
process.exit(0);

/** What Node.js itself does with the same bytes: no client, no node, no n8n. */
async function downloadPlainly(url: string): Promise<number> {
	const file = join(process.env.N8N_USER_FOLDER ?? '', 'plain.mp4');
	await writeFile(file, await responseOf(url));
	const { size } = await stat(file);
	await rm(file);
	return size;
}

async function responseOf(url: string): Promise<IncomingMessage> {
	return await new Promise((resolve, reject) => {
		get(url, resolve).on('error', reject);
	});
}

/** What no node of n8n can be faster than: the same stream, kept as n8n keeps files. */
async function downloadIntoStorage(url: string): Promise<number> {
	const place = { type: 'execution', workflowId: 'bench', executionId: 'bench' } as const;
	const file = { data: '', mimeType: 'video/mp4', fileName: 'storage.mp4' };
	const stored = await Container.get(BinaryDataService).store(place, await responseOf(url), file);
	return stored.bytes ?? 0;
}

async function downloadThroughNode(url: string): Promise<number> {
	const type = new Type();
	const node: INode = {
		id: 'download',
		name: 'Download',
		type: type.description.name,
		typeVersion: 1.1,
		position: [0, 0],
		parameters: {},
		credentials: { veoFalApi: { id: 'sandbox', name: 'sandbox' } },
	};
	node.parameters = NodeHelpers.getNodeParameters(
		type.description.properties,
		{ resource: 'video', operation: 'download', jobId: '', videoUrl: url },
		true,
		false,
		node,
		type.description,
	) as INode['parameters'];
	const workflow = new Workflow({
		id: 'bench',
		nodes: [node],
		connections: {},
		active: false,
		settings: { executionOrder: 'v1' },
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
	});
	const hooks = new ExecutionLifecycleHooks('manual', 'bench', {
		...{ id: 'bench', name: 'bench', nodes: [node], connections: {}, active: false },
		...{ activeVersionId: null, isArchived: false, createdAt: new Date(), updatedAt: new Date() },
	});
	const additionalData = {
		hooks,
		credentialsHelper: sandboxCredential(url),
		executionId: 'bench',
		currentNodeExecutionIndex: 0,
		variables: {},
		...Object.fromEntries(addresses.map((name) => [name, 'http://127.0.0.1/'])),
		setExecutionStatus: () => {},
	} as unknown as IWorkflowExecuteAdditionalData;
	const data = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node, data: { main: [[{ json: {} }]] }, source: null }],
		},
	});
	const run = await new WorkflowExecute(additionalData, 'manual', data).processRunExecutionData(
		workflow,
	);
	const { error } = run.data.resultData;
	if (error) throw error;
	const [item] = run.data.resultData.runData.Download[0].data?.main[0] ?? [];
	return item?.binary?.data.bytes ?? 0;
}

/** The kernel's own high-water mark where there is one, and samples elsewhere. */
function watchMemory(): { stop(): number } {
	let peak = process.memoryUsage.rss();
	const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
	const hasMark = resetHighWaterMark();
	return {
		stop() {
			clearInterval(timer);
			return Math.max(peak, process.memoryUsage.rss(), hasMark ? highWaterMark() : 0);
		},
	};
}

function resetHighWaterMark(): boolean {
	try {
		writeFileSync('/proc/self/clear_refs', '5');
		return true;
	} catch {
		return false;
	}
}

function highWaterMark(): number {
	const status = readFileSync('/proc/self/status', 'utf8');
	return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}
