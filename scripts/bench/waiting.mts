// What waiting for a video costs: by callback, by the node's own watcher, awake, and by the loop that
// is built by hand.
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import { startSession } from '../n8n/session.mts';
import type { Session } from '../n8n/session.mts';
import { newNode } from '../n8n/workflow.mts';
import { packPackage } from '../pack.mts';
import { mean, printTable } from './table.mts';
import { loopWorkflow, nextNodeAt, readyAt, waitingWorkflow } from './ways.mts';
import type { WaitStrategy } from './ways.mts';

const SHORTEST_SECONDS = 40;
const STEP_SECONDS = 3;

/** How a job is waited for. */
interface Way {
	name: string;
	provider: 'evolink' | 'fal' | 'aimlapi';
	/** Undefined: the loop by hand. */
	waitStrategy?: WaitStrategy;
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
				? asItems(session, way, batch)
				: await loopWorkflow(session, { prompt: batch[0] });
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

/** Start → Prompts → Veo → Next. */
function asItems(session: Session, { name, provider, waitStrategy }: Way, prompts: string[]) {
	if (!waitStrategy) throw new Error(`"${name}" is no way of the node.`);
	const items = JSON.stringify(prompts.map((prompt) => ({ prompt })));
	const before = [
		newNode('Start', 'n8n-nodes-base.manualTrigger'),
		newNode('Prompts', 'n8n-nodes-base.code', {
			jsCode: `return ${items}.map((json) => ({ json }));`,
		}),
	];
	const prompt = '={{ $json.prompt }}';
	return waitingWorkflow(session, { name, provider, waitStrategy, before, prompt });
}
