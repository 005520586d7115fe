// How long Generate takes for many items, beside n8n's HTTP Request node that sends the same requests.
import type { INode, INodeParameters } from 'n8n-workflow';

import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import { outputOf } from '../n8n/rest.mts';
import { startSession } from '../n8n/session.mts';
import type { Session } from '../n8n/session.mts';
import { GENERATOR, inTurn, newNode } from '../n8n/workflow.mts';
import { packPackage } from '../pack.mts';
import { INSPECTED, secondsOfWork } from './inspector.mts';
import { median, printTable } from './table.mts';

const PROVIDER = 'evolink';
const MODEL = 'veo-3.1-generate-preview';
const IMAGE = 'https://cdn.example.org/fox.png';

/** How the requests are sent: `build` makes the node that sends one for each item. */
interface Way {
	name: string;
	build(session: Session, items: number): INode;
}

const httpRequest = (name: string, options: INodeParameters): Way => ({
	name,
	build: ({ sandbox, credentials }) => {
		const type = sandboxCredentialTypes[PROVIDER];
		return newNode(
			'Send',
			'n8n-nodes-base.httpRequest',
			{
				method: 'POST',
				url: `${sandbox.credentials[PROVIDER].baseUrl}/v1/videos/generations`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: type,
				sendBody: true,
				specifyBody: 'json',
				jsonBody: `={{ JSON.stringify({
					model: '${MODEL}', prompt: $json.prompt, generation_type: 'REFERENCE',
					image_urls: ['${IMAGE}'], duration: 8, aspect_ratio: '16:9', quality: '720p',
					generate_audio: false }) }}`,
				options,
			},
			{ typeVersion: 4.2, credentials: { [type]: credentials[type] } },
		);
	},
});

const generate = (name: string, optionsFor: (items: number) => INodeParameters): Way => ({
	name,
	build: ({ credentials }, items) => {
		const type = sandboxCredentialTypes[PROVIDER];
		return newNode(
			'Send',
			GENERATOR,
			{
				...{ provider: PROVIDER, model: MODEL, resource: 'video', operation: 'generate' },
				...{ prompt: '={{ $json.prompt }}', imageUrls: IMAGE, options: optionsFor(items) },
			},
			{ credentials: { [type]: credentials[type] } },
		);
	},
});

const WAYS: Way[] = [
	httpRequest('HTTP Request, all at once', {}),
	// The shortest pause there is; the node does not wait for the answers of a batch.
	httpRequest('HTTP Request, batches of 5', {
		batching: { batch: { batchSize: 5, batchInterval: 1 } },
	}),
	generate('Generate, all at once', (items) => ({ concurrency: items })),
	generate('Generate, 5 at a time', () => ({})),
];

/** Prints the table. */
export async function benchGenerate(sizes: number[], rounds: number): Promise<void> {
	await installN8n(N8N_VERSION, (progress) => console.log(progress));
	const session = await startSession({
		tarball: await packPackage(),
		jobSeconds: 3600,
		fileFolders: [],
		env: INSPECTED,
	});
	try {
		console.log(`Submits to the sandbox, ${rounds} rounds`);
		const rows: string[][] = [];
		for (const items of sizes) rows.push(...(await compare(session, items, rounds)));
		printTable([['medians', 'seconds', 'ratio', 'ms of work an item', 'ratio'], ...rows]);
		console.log(
			'Seconds: how long the node ran, as n8n notes it. Work: of the processor, for the whole execution in\n' +
				"n8n's process. Ratios to the HTTP Request node, all at once.",
		);
	} finally {
		await session.close();
	}
}

async function compare(session: Session, items: number, rounds: number): Promise<string[][]> {
	const { client } = session;
	const workflows = await Promise.all(
		WAYS.map(async (way) => await client.createWorkflow(workflowOf(session, way, items))),
	);
	const measured: Measured[][] = WAYS.map(() => []);
	// The first round is for n8n to get warm.
	for (let round = 0; round <= rounds; round++) {
		// Each round begins with another way: whoever comes first finds a cleaner heap.
		for (const step of WAYS.keys()) {
			const index = (round + step) % WAYS.length;
			const one = await measure(session, workflows[index], items);
			if (round > 0) measured[index].push(one);
		}
	}
	const seconds = measured.map((all) => median(all.map((one) => one.seconds)));
	const work = measured.map((all) => median(all.map((one) => one.work)));
	return WAYS.map(({ name }, index) => [
		`${items} items: ${name}`,
		seconds[index].toFixed(2),
		(seconds[index] / seconds[0]).toFixed(2),
		((work[index] / items) * 1000).toFixed(1),
		(work[index] / work[0]).toFixed(2),
	]);
}

interface Measured {
	/** Of the node. */
	seconds: number;
	/** Seconds of the processor. */
	work: number;
}

async function measure(session: Session, workflowId: string, items: number): Promise<Measured> {
	const { client, sandbox, n8n } = session;
	sandbox.reset();
	const before = await secondsOfWork(n8n.logFile);
	const execution = await client.waitForExecution(await client.runWorkflow(workflowId, 'Start'));
	const work = (await secondsOfWork(n8n.logFile)) - before;
	const submits = sandbox.count({ call: 'submit' });
	if (submits !== items || outputOf(execution, 'Send').length !== items) {
		const { message } = execution.data.resultData.error ?? {};
		throw new Error(`${submits} of ${items} items were submitted: ${message}`);
	}
	const { executionTime } = execution.data.resultData.runData.Send[0];
	return { seconds: executionTime / 1000, work };
}

/** Start → Prompts → Send. */
function workflowOf(session: Session, way: Way, items: number) {
	const nodes = [
		newNode('Start', 'n8n-nodes-base.manualTrigger'),
		newNode('Prompts', 'n8n-nodes-base.code', {
			jsCode: `return Array.from({ length: ${items} }, (_, row) => ({ json: { prompt: 'Fox ' + row } }));`,
		}),
		way.build(session, items),
	];
	return { name: way.name, nodes, connections: inTurn(nodes) };
}
