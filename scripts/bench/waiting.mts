// What waiting for a video costs: by callback, by the node's own watcher, awake, and by the loop that
// is built by hand.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { INode, INodeParameters } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import type { SandboxJob } from '../../sandbox/server.mts';
import { ROOT } from '../folders.mts';
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import type { Execution, Workflow } from '../n8n/rest.mts';
import { startSession } from '../n8n/session.mts';
import type { Session } from '../n8n/session.mts';
import { GENERATOR, newNode, to } from '../n8n/workflow.mts';
import { packPackage } from '../pack.mts';
import { mean, printTable } from './table.mts';

const LOOP = join(ROOT, 'scripts', 'bench', 'loop.json');
const SHORTEST_SECONDS = 40;
const STEP_SECONDS = 3;

/** How a job is waited for. */
interface Way {
	name: string;
	provider: keyof typeof MODELS;
	/** Undefined: the loop by hand. `auto` sleeps on the watcher here, because n8n has no public address. */
	waitStrategy?: 'callback' | 'auto' | 'polling';
	/** All jobs as the items of one execution, instead of one execution each. */
	together?: boolean;
}

const ways: Way[] = [
	{ name: 'callback', provider: 'evolink', waitStrategy: 'callback' },
	{ name: 'callback, fal', provider: 'fal', waitStrategy: 'callback' },
	{
		name: 'callback, one execution',
		provider: 'evolink',
		waitStrategy: 'callback',
		together: true,
	},
	{ name: 'watcher, 10 s', provider: 'evolink', waitStrategy: 'auto' },
	{ name: 'watcher, AI/ML API', provider: 'aimlapi', waitStrategy: 'auto' },
	{ name: 'awake, 10 s', provider: 'evolink', waitStrategy: 'polling' },
	{ name: 'loop by hand, 30 s', provider: 'evolink' },
];

const MODELS = {
	evolink: 'veo-3.1-generate-preview',
	fal: 'fal-ai/veo3.1/reference-to-video',
	aimlapi: 'google/veo-3.1-reference-to-video',
};

/** Prints the table. */
export async function benchWaiting(jobs: number): Promise<void> {
	await installN8n(N8N_VERSION, (progress) => console.log(progress));
	const session = await startSession({
		tarball: await packPackage(),
		jobSeconds: 600,
		fileFolders: [],
		allowHttpCallbacks: true,
	});
	try {
		await compareWays(session, jobs);
	} finally {
		await session.close();
	}
}

async function compareWays(session: Session, jobs: number): Promise<void> {
	const longest = SHORTEST_SECONDS + STEP_SECONDS * (jobs - 1);
	console.log(
		`Waiting for ${jobs} videos that take ${SHORTEST_SECONDS} to ${longest} s, in each way at the same time`,
	);
	const measured = await Promise.all(ways.map(async (way) => await measure(session, way, jobs)));
	const loop = measured.at(-1) as Measured;
	printTable([
		['', ...ways.map(({ name }) => name)],
		['provider requests a job', ...measured.map(({ requests }) => requests.toFixed(1))],
		['video ready → next node, s, mean', ...measured.map(({ delay }) => delay.toFixed(2))],
		[
			'of the loop by hand',
			...measured.map(({ delay }) => `${((100 * delay) / loop.delay).toFixed(1)} %`),
		],
	]);
}

interface Measured {
	requests: number;
	/** Seconds. */
	delay: number;
}

async function measure(session: Session, way: Way, jobs: number): Promise<Measured> {
	const { sandbox, client } = session;
	const prompts = Array.from(
		{ length: jobs },
		(_, index) => `${way.name} #sandbox:seconds=${SHORTEST_SECONDS + STEP_SECONDS * index}`,
	);
	const batches = way.together ? [prompts] : prompts.map((prompt) => [prompt]);
	const executions = await Promise.all(
		batches.map(async (batch) => {
			const workflow = way.waitStrategy
				? veoWorkflow(session, way, batch)
				: await loop(session, batch);
			const id = await client.runWorkflow(await client.createWorkflow(workflow), 'Start');
			return await client.waitForExecution(id, 300_000);
		}),
	);
	const own = sandbox.jobs().filter(({ prompt }) => prompt.startsWith(`${way.name} #`));
	const ids = new Set(own.map(({ id }) => id));
	const requests = sandbox.requests.filter(({ jobId }) => jobId && ids.has(jobId));
	const delays = executions.map((execution, index) => {
		const ready = batches[index].map((prompt) => readyAt(own, prompt));
		return (nextNodeAt(execution) - Math.max(...ready)) / 1000;
	});
	return { requests: requests.length / jobs, delay: mean(delays) };
}

function readyAt(jobs: SandboxJob[], prompt: string): number {
	const endedAt = jobs.find((job) => job.prompt === prompt)?.endedAt;
	if (endedAt === undefined) throw new Error(`The job of "${prompt}" has not ended.`);
	return endedAt;
}

function nextNodeAt({ id, status, data }: Execution): number {
	const next = data.resultData.runData.Next?.[0];
	if (next) return next.startTime;
	throw new Error(`Execution ${id} is ${status}: ${data.resultData.error?.message}`);
}

function veo(
	{ credentials }: Session,
	provider: Way['provider'],
	operation: string,
	options: INodeParameters = {},
): INode {
	const type = sandboxCredentialTypes[provider];
	return {
		...newNode('Veo', GENERATOR, {
			provider,
			resource: 'video',
			operation,
			model: MODELS[provider],
			prompt: '={{ $json.prompt }}',
			imageUrls: 'https://cdn.example.org/fox.png',
			options,
		}),
		credentials: { [type]: credentials[type] },
	};
}

/** Start → Prompts → Veo → Next. */
function veoWorkflow(session: Session, way: Way, prompts: string[]): Workflow {
	const items = JSON.stringify(prompts.map((prompt) => ({ prompt })));
	return {
		name: way.name,
		nodes: [
			newNode('Start', 'n8n-nodes-base.manualTrigger'),
			newNode('Prompts', 'n8n-nodes-base.code', {
				jsCode: `return ${items}.map((json) => ({ json }));`,
			}),
			veo(session, way.provider, 'generateAndWait', { waitStrategy: way.waitStrategy }),
			newNode('Next', 'n8n-nodes-base.noOp'),
		],
		connections: { Start: to('Prompts'), Prompts: to('Veo'), Veo: to('Next') },
	};
}

/** The workflow that is shipped beside this file, pointed to the sandbox. */
async function loop({ sandbox }: Session, [prompt]: string[]): Promise<Workflow> {
	const { baseUrl, apiKey } = sandbox.credentials.evolink;
	const text = await readFile(LOOP, 'utf8');
	return JSON.parse(
		text
			.replaceAll('https://api.evolink.ai', baseUrl)
			.replaceAll('YOUR_API_KEY', apiKey)
			.replace('A ceramic fox turns its head', prompt),
	) as Workflow;
}
