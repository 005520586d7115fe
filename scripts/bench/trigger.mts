// How many callbacks a second start a run: our trigger beside what is built by hand.
import { setTimeout as pause } from 'node:timers/promises';

import type { INode } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import { startSession } from '../n8n/session.mts';
import type { Session } from '../n8n/session.mts';
import { GENERATOR, inTurn, newNode, TRIGGER } from '../n8n/workflow.mts';
import { packPackage } from '../pack.mts';
import { countRuns } from './database.mts';
import { expressionEngines } from './expressionEngines.mts';
import { INSPECTED, secondsOfWork } from './inspector.mts';
import { median, printTable } from './table.mts';

const AT_A_TIME = 10;
const ROUNDS = 3;
const WARM_UP = 20;

const MODELS = {
	evolink: 'veo-3.1-generate-preview',
	fal: 'fal-ai/veo3.1/reference-to-video',
};
type Provider = keyof typeof MODELS;

/** How a callback starts a run. */
interface Way {
	name: string;
	provider: Provider;
	nodes(session: Session): Promise<INode[]>;
}

const ways: Way[] = [
	{ name: 'Webhook', provider: 'evolink', nodes: async () => await Promise.resolve([webhook()]) },
	{
		name: 'Webhook + HTTP Request',
		provider: 'evolink',
		nodes: async (session) => [webhook(), await reading(session)],
	},
	{ name: 'trigger, EvoLink', provider: 'evolink', nodes: trigger('evolink') },
	{ name: 'trigger, fal.ai', provider: 'fal', nodes: trigger('fal') },
];

/** Prints the table. */
export async function benchTrigger(deliveries: number, isLazy: boolean): Promise<void> {
	await installN8n(N8N_VERSION, (progress) => console.log(progress));
	const session = await startSession({
		tarball: await packPackage(),
		jobSeconds: 600,
		fileFolders: [],
		allowHttpCallbacks: true,
		env: { ...INSPECTED, ...expressionEngines(isLazy) },
	});
	try {
		const started: Started[] = [];
		for (const way of ways) started.push(await start(session, way));
		for (const one of started) await measure(session, one, WARM_UP);
		const measured = started.map((): Measured[] => []);
		// In turn, so that what else the machine does spoils all of them alike.
		for (let round = 0; round < ROUNDS; round++) {
			for (const [index, one] of started.entries()) {
				measured[index].push(await measure(session, one, deliveries));
			}
		}
		print(deliveries, measured);
	} finally {
		await session.close();
	}
}

interface Measured {
	/** Runs a second. */
	rate: number;
	/** Milliseconds of n8n's processor time for a run. */
	processor: number;
}

function print(deliveries: number, measured: Measured[][]): void {
	console.log(
		`${deliveries} callbacks, ${AT_A_TIME} at a time, until their runs have ended; median of ${ROUNDS} rounds`,
	);
	const rates = measured.map((rounds) => median(rounds.map(({ rate }) => rate)));
	const processor = measured.map((rounds) => median(rounds.map((round) => round.processor)));
	const [bare, byHand] = rates;
	printTable([
		['', ...ways.map(({ name }) => name)],
		['runs a second', ...rates.map((rate) => rate.toFixed(1))],
		['of a Webhook', ...rates.map((rate) => (rate / bare).toFixed(2))],
		['of Webhook + HTTP Request', ...rates.map((rate) => (rate / byHand).toFixed(2))],
		["n8n's processor time a run, ms", ...processor.map((ms) => ms.toFixed(0))],
		['Webhook + HTTP Request by it', ...processor.map((ms) => (processor[1] / ms).toFixed(2))],
	]);
}

const webhook = (): INode =>
	newNode(
		'Called',
		'n8n-nodes-base.webhook',
		{ httpMethod: 'POST', path: 'callback' },
		{ typeVersion: 2, webhookId: crypto.randomUUID() },
	);

/** The job is read again by hand, because anybody may post to a webhook. */
async function reading({ client, sandbox }: Session): Promise<INode> {
	const { apiKey, baseUrl } = sandbox.credentials.evolink;
	const name = 'By hand';
	const type = 'httpHeaderAuth';
	const data = { name: 'Authorization', value: `Bearer ${apiKey}` };
	const id = await client.saveCredential({ name, type, data });
	return newNode(
		'Read',
		'n8n-nodes-base.httpRequest',
		{
			url: `=${baseUrl}/v1/tasks/{{ $json.body.id }}`,
			authentication: 'genericCredentialType',
			genericAuthType: type,
		},
		{ typeVersion: 4.2, credentials: { [type]: { id, name } } },
	);
}

function trigger(provider: Provider): Way['nodes'] {
	return async ({ credentials }) => {
		const type = sandboxCredentialTypes[provider];
		const rest = {
			typeVersion: 1.1,
			webhookId: crypto.randomUUID(),
			credentials: { [type]: credentials[type] },
		};
		return await Promise.resolve([newNode('Called', TRIGGER, { provider }, rest)]);
	};
}

interface Started {
	way: Way;
	workflowId: string;
	/** Where its callbacks go. */
	url: string;
	/** That have ended well, and those that have not. */
	runs: number;
	failed: number;
}

async function start(session: Session, way: Way): Promise<Started> {
	const { client, n8n } = session;
	const nodes = [...(await way.nodes(session)), newNode('Next', 'n8n-nodes-base.noOp')];
	const [{ type, webhookId }] = nodes;
	const path = type === TRIGGER ? `${webhookId}/callback` : way.name.replace(/\W+/g, '-');
	if (type !== TRIGGER) nodes[0].parameters.path = path;
	const workflow = { name: way.name, nodes, connections: inTurn(nodes) };
	const workflowId = await client.createWorkflow(workflow);
	await client.activate(workflowId);
	const url = `${n8n.url}/webhook/${path}`;
	// n8n registers webhooks a little after it has answered.
	while ((await fetch(url, { method: 'POST' })).status === 404) await pause(200);
	// The run that has just been started is of no job.
	await pause(2000);
	const [runs, failed] = ['success', 'error'].map((status) =>
		countRuns(session, workflowId, status),
	);
	return { way, workflowId, url, runs, failed };
}

async function measure(session: Session, one: Started, deliveries: number): Promise<Measured> {
	const { n8n, sandbox } = session;
	const jobIds = await endedJobs(session, one, deliveries);
	// Our triggers are called as each job was told to: with its token.
	const url = one.way.name.startsWith('trigger') ? undefined : one.url;
	const processor = await secondsOfWork(n8n.logFile);
	const began = Date.now();
	const worker = async () => {
		for (let jobId = jobIds.pop(); jobId !== undefined; jobId = jobIds.pop()) {
			const [{ status, error }] = await sandbox.deliver(jobId, { url });
			if (status !== 200) throw new Error(`${one.way.name} answered ${status ?? error}.`);
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, worker));
	one.runs += deliveries;
	while (countRuns(session, one.workflowId, 'success') < one.runs) {
		if (countRuns(session, one.workflowId, 'error') > one.failed) {
			throw new Error(`${one.way.name}: a run has failed.`);
		}
		await pause(20);
	}
	const rate = (deliveries * 1000) / (Date.now() - began);
	return {
		rate,
		processor: (1000 * ((await secondsOfWork(n8n.logFile)) - processor)) / deliveries,
	};
}

/** Jobs that have been told to call this address; nobody has called yet. @returns their IDs */
async function endedJobs(
	session: Session,
	{ way, url }: Started,
	count: number,
): Promise<string[]> {
	const { client, credentials, sandbox } = session;
	const known = new Set(sandbox.jobs().map(({ id }) => id));
	const type = sandboxCredentialTypes[way.provider];
	const generate = newNode('Generate', GENERATOR, {
		provider: way.provider,
		resource: 'video',
		operation: 'generate',
		model: MODELS[way.provider],
		prompt: 'A ceramic fox turns its head',
		imageUrls: 'https://cdn.example.org/fox.png',
		options: { callbackUrl: url, concurrency: 20 },
	});
	generate.credentials = { [type]: credentials[type] };
	const jsCode = `return Array.from({ length: ${count} }, () => ({ json: {} }));`;
	const nodes = [
		newNode('Start', 'n8n-nodes-base.manualTrigger'),
		newNode('Items', 'n8n-nodes-base.code', { jsCode }),
		generate,
	];
	const workflow = { name: 'Generates', nodes, connections: inTurn(nodes) };
	const id = await client.runWorkflow(await client.createWorkflow(workflow), 'Start');
	const { status } = await client.waitForExecution(id);
	if (status !== 'success') throw new Error(`The jobs were not submitted: ${status}.`);
	const made = sandbox.jobs().flatMap((job) => (known.has(job.id) ? [] : [job.id]));
	sandbox.settings.allowHttpCallbacks = false;
	for (const jobId of made) sandbox.finish(jobId);
	sandbox.settings.allowHttpCallbacks = true;
	return made;
}
