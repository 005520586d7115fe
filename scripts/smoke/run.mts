import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import { N8N_VERSION } from '../n8n/install.mts';
import { N8nClient, outputOf } from '../n8n/rest.mts';
import type { Credential, Workflow } from '../n8n/rest.mts';
import { createRunFolder } from '../n8n/runFolder.mts';
import { startN8n } from '../n8n/server.mts';
import type { N8nServer } from '../n8n/server.mts';
import { GENERATOR, inTurn, newNode } from '../n8n/workflow.mts';
import type { Order } from './orders.mts';

const TIMEOUT_MINUTES = 15;
const PROMPT = 'The camera moves slowly towards the subject of the reference image.';

/** What became of an order. */
export interface Outcome {
	order: Order;
	jobId: string;
	seconds: number;
	/** As the job shape has it, or empty. */
	cost: string;
	/** Size of the video file. */
	bytes: number;
	/** Empty when all went well. */
	problem: string;
}

interface Job {
	jobId: string | null;
	cost: { amount: number; currency: string; kind: string } | null;
	error: { message: string } | null;
}

/** A real n8n with the packed package, and no sandbox: the keys are those of the orders. */
export interface SmokeRun {
	/** Tests each credential, orders the videos, downloads them and looks at the files. Never rejects. */
	carryOut(orders: Order[], imageUrl: string): Promise<Outcome[]>;
	/** Ends n8n and forgets the keys that it kept. */
	close(): Promise<void>;
}

/** @param videos the folder that the videos are written to */
export async function startSmokeRun(tarball: string, videos: string): Promise<SmokeRun> {
	await mkdir(videos, { recursive: true });
	const userFolder = await createRunFolder();
	let n8n: N8nServer | undefined;
	const close = async () => {
		await n8n?.stop();
		await rm(userFolder, { recursive: true, force: true });
	};
	try {
		n8n = await startN8n({
			version: N8N_VERSION,
			userFolder,
			tarballs: [tarball],
			env: { N8N_RESTRICT_FILE_ACCESS_TO: videos },
		});
		const client = new N8nClient(n8n.url);
		await client.setUpOwner();
		return {
			async carryOut(orders, imageUrl) {
				const started = Date.now();
				const tested: Array<[Order, string]> = [];
				// n8n mixes up the tests of two credentials at the same moment.
				for (const order of orders) tested.push([order, await whyRefused(client, order)]);
				const outcomes = tested.map(async ([order, problem]) => {
					const outcome: Outcome = { order, jobId: '', seconds: 0, cost: '', bytes: 0, problem };
					const file = join(videos, `${order.provider}.mp4`);
					if (problem) return outcome;
					await orderAndDownload(client, { imageUrl, file }, outcome).catch((error: Error) => {
						outcome.problem = error.message;
					});
					return { ...outcome, seconds: (Date.now() - started) / 1000 };
				});
				return await Promise.all(outcomes);
			},
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

interface Files {
	imageUrl: string;
	/** Where the video is written to. */
	file: string;
}

const credentialOf = ({ provider, credential }: Order): Credential => ({
	name: `${provider} (smoke)`,
	...credential,
});

/** Why a provider is not asked for a video; empty when its key is a good one. */
async function whyRefused(client: N8nClient, order: Order): Promise<string> {
	const test = await client
		.testCredential(credentialOf(order))
		.catch((error: Error) => ({ status: 'Error', message: error.message }));
	if (test.status === 'OK') return '';
	return `Nothing was ordered, the credential's test failed: ${test.message}`;
}

/** Fills in the outcome as far as it comes. */
async function orderAndDownload(client: N8nClient, files: Files, outcome: Outcome): Promise<void> {
	const { order } = outcome;
	const credential = credentialOf(order);
	const id = await client.createCredential(credential);
	await rm(files.file, { force: true });
	const workflow = workflowOf(order, files, {
		[credential.type]: { id, name: credential.name },
	});
	const execution = await client.waitForExecution(
		await client.runWorkflow(await client.createWorkflow(workflow), 'Start'),
		(TIMEOUT_MINUTES + 5) * 60_000,
	);

	const job = outputOf(execution, 'Generate')[0]?.json as unknown as Job | undefined;
	outcome.jobId = job?.jobId ?? '';
	if (job?.cost) outcome.cost = `${job.cost.amount} ${job.cost.currency}, ${job.cost.kind}`;
	if (execution.status !== 'success') {
		const { error } = execution.data.resultData;
		const description = error && 'description' in error ? (error.description ?? '') : '';
		throw new Error(`${execution.status}: ${error?.message ?? ''} ${description}`.trim());
	}
	if (job?.error) throw new Error(job.error.message);
	outcome.bytes = await sizeOfMp4(files.file);
}

function workflowOf(
	{ provider, parameters, price }: Order,
	{ imageUrl, file }: Files,
	credentials: INode['credentials'],
): Workflow {
	const nodes = [
		newNode('Start', 'n8n-nodes-base.manualTrigger'),
		newNode(
			'Generate',
			GENERATOR,
			{
				...parameters,
				resource: 'video',
				operation: 'generateAndWait',
				prompt: PROMPT,
				imageUrls: imageUrl,
				options: {
					waitStrategy: 'polling',
					timeout: TIMEOUT_MINUTES,
					// What was agreed to, and not a cent more.
					...(price !== null && { budget: price }),
				},
			},
			{ credentials },
		),
		newNode(
			'Download',
			GENERATOR,
			{
				provider,
				model: parameters.model,
				resource: 'video',
				operation: 'download',
				jobId: '={{ $json.jobId }}',
				videoUrl: '={{ $json.videoUrl }}',
			},
			{ credentials },
		),
		newNode('File', 'n8n-nodes-base.readWriteFile', { operation: 'write', fileName: file }),
	];
	return { name: `Smoke ${provider}`, nodes, connections: inTurn(nodes) };
}

/** @throws when the file is not an MP4, whose first box is always `ftyp` */
async function sizeOfMp4(path: string): Promise<number> {
	const file = await open(path);
	try {
		const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
		if (buffer.toString('latin1', 4) !== 'ftyp') throw new Error(`${path} is not an MP4 file`);
		return (await file.stat()).size;
	} finally {
		await file.close();
	}
}
