// How a video is waited for: workflows in which "Next" follows as soon as n8n knows of the video.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { INode, INodeParameters } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import type { SandboxJob } from '../../sandbox/server.mts';
import { ROOT } from '../folders.mts';
import type { Execution, Workflow } from '../n8n/rest.mts';
import type { Session } from '../n8n/session.mts';
import { GENERATOR, inTurn, newNode } from '../n8n/workflow.mts';

const LOOP = join(ROOT, 'scripts', 'bench', 'loop.json');

const MODELS = {
	evolink: 'veo-3.1-generate-preview',
	fal: 'fal-ai/veo3.1/reference-to-video',
	aimlapi: 'google/veo-3.1-reference-to-video',
};

/** `auto` sleeps on the watcher here, because n8n has no public address. */
export type WaitStrategy = 'callback' | 'auto' | 'polling';

interface Waiting {
	name: string;
	provider: keyof typeof MODELS;
	waitStrategy: WaitStrategy;
	/** The nodes in front. */
	before: INode[];
	/** An expression that gives the prompt. */
	prompt: string;
}

/** The nodes in front → Veo → Next. */
export function waitingWorkflow({ credentials }: Session, waiting: Waiting): Workflow {
	const { name, provider, waitStrategy, before, prompt } = waiting;
	const type = sandboxCredentialTypes[provider];
	const parameters: INodeParameters = {
		...{ provider, model: MODELS[provider], resource: 'video', operation: 'generateAndWait' },
		...{ prompt, imageUrls: 'https://cdn.example.org/fox.png', options: { waitStrategy } },
	};
	const veo = newNode('Veo', GENERATOR, parameters, { credentials: { [type]: credentials[type] } });
	const nodes = [...before, veo, newNode('Next', 'n8n-nodes-base.noOp')];
	return { name, nodes, connections: inTurn(nodes) };
}

interface Loop {
	prompt: string;
	/** In the place of the manual trigger. */
	start?: INode;
	waitSeconds?: number;
}

/** The loop built by hand that is kept beside this file, pointed to the sandbox. */
export async function loopWorkflow(
	{ sandbox }: Session,
	{ prompt, start, waitSeconds = 30 }: Loop,
): Promise<Workflow> {
	const { baseUrl, apiKey } = sandbox.credentials.evolink;
	const text = (await readFile(LOOP, 'utf8'))
		.replaceAll('https://api.evolink.ai', baseUrl)
		.replaceAll('YOUR_API_KEY', apiKey)
		// The body becomes an expression, in which a prompt may be one.
		.replace('"jsonBody": "{', '"jsonBody": "={')
		.replace('A ceramic fox turns its head', prompt);
	const workflow = JSON.parse(text) as Workflow;
	const nodeNamed = (name: string) => workflow.nodes.find((node) => node.name === name) as INode;
	nodeNamed('Wait').parameters.amount = waitSeconds;
	if (start) workflow.nodes = [start, ...workflow.nodes.slice(1)];
	return workflow;
}

/** When the video of this prompt was ready, in milliseconds since the epoch. */
export function readyAt(jobs: SandboxJob[], prompt: string): number {
	const endedAt = jobs.find((job) => job.prompt === prompt)?.endedAt;
	if (endedAt === undefined) throw new Error(`The job of "${prompt}" has not ended.`);
	return endedAt;
}

/** When the node behind the video has begun. */
export function nextNodeAt({ id, status, data }: Execution): number {
	const next = data.resultData.runData.Next?.[0];
	if (next) return next.startTime;
	throw new Error(`Execution ${id} is ${status}: ${data.resultData.error?.message}`);
}
