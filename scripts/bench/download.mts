// Child of downloads.mts: one download, through the node in n8n's own engine or by Node.js alone, and what
// it took: <node file> <small video> <video> node|plain
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

export interface Measurement {
	seconds: number;
	bytes: number;
	/** After the first small download. */
	coldMegabytes: number;
	/** After ten of them, as an n8n that has worked before. */
	idleMegabytes: number;
	peakMegabytes: number;
}

/** The engine builds URLs from all of these, for expressions that are not used here. */
const addresses = [
	...['webhookBaseUrl', 'webhookWaitingBaseUrl', 'instanceBaseUrl', 'restApiUrl'],
	'formWaitingBaseUrl',
];
const megabyte = 2 ** 20;
const [nodeFile, warmUpUrl, videoUrl, how] = process.argv.slice(2);
// The whole engine in both cases, so that both are idle at the same size.
const [Type] = Object.values(require(nodeFile) as Record<string, new () => INodeType>);
await Container.get(BinaryDataService).init();
const download = how === 'plain' ? downloadPlainly : downloadThroughNode;

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
	const response = await new Promise<IncomingMessage>((resolve, reject) => {
		get(url, resolve).on('error', reject);
	});
	await writeFile(file, response);
	const { size } = await stat(file);
	await rm(file);
	return size;
}

async function downloadThroughNode(url: string): Promise<number> {
	const type = new Type();
	const node: INode = {
		id: 'download',
		name: 'Download',
		type: type.description.name,
		typeVersion: 1,
		position: [0, 0],
		parameters: NodeHelpers.getNodeParameters(
			type.description.properties,
			{ resource: 'video', operation: 'download', jobId: '', videoUrl: url },
			true,
			false,
			null,
			type.description,
		) as INode['parameters'],
	};
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
