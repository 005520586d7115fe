import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { INode, INodeParameters } from 'n8n-workflow';

import { CACHE } from '../../scripts/folders.mts';
import type { Execution, Workflow } from '../../scripts/n8n/rest.mts';
import { startSession } from '../../scripts/n8n/session.mts';
import type { Session, SessionOptions } from '../../scripts/n8n/session.mts';
import { GENERATOR, newNode, to } from '../../scripts/n8n/workflow.mts';

/** The packed package that the runner of the tests has made. */
export function packedPackage(): string {
	const tarball = process.env.PACKAGE_TARBALL;
	if (!tarball)
		throw new Error('Run these tests with `npm run test:e2e`: they need the packed package.');
	return tarball;
}

/** Settings under which n8n reaches this machine alone. */
export const withoutNetwork = {
	NODE_OPTIONS: `--require ${join(import.meta.dirname, 'loopbackOnly.js')}`,
};

async function outputFolder(): Promise<string> {
	await mkdir(CACHE, { recursive: true });
	return await mkdtemp(join(CACHE, 'e2e-output-'));
}

export interface TestSession extends Session {
	/** A folder that workflows may write to. */
	output: string;
}

export interface TestSessionOptions {
	/** Folders that workflows may read, beside the output folder. */
	readable?: string[];
	allowHttpCallbacks?: boolean;
	/** More of n8n's own settings. */
	env?: Record<string, string>;
	/** Of n8n; the pinned current one by default. */
	version?: string;
	/** To go on where another session was ended: its folder, its port and its sandbox. */
	earlier?: Pick<SessionOptions, 'userFolder' | 'port' | 'sandbox'>;
}

/** A real n8n with our package beside a sandbox. */
export async function startTestSession(
	jobSeconds: number,
	{ readable = [], allowHttpCallbacks, env, version, earlier }: TestSessionOptions = {},
): Promise<TestSession> {
	const output = await outputFolder();
	const session = await startSession({
		tarball: packedPackage(),
		jobSeconds,
		fileFolders: [output, ...readable],
		allowHttpCallbacks,
		env,
		version,
		...earlier,
	});
	const closeSession = session.close;
	const close = async () => {
		await closeSession();
		await rm(output, { recursive: true, force: true });
	};
	return Object.assign(session, { output, close });
}

/** One session for the tests of a file; the sandbox is emptied after each of them. */
export function useSession(
	jobSeconds: number,
	options?: TestSessionOptions | (() => TestSessionOptions),
): () => TestSession {
	let session: TestSession | undefined;
	beforeAll(async () => {
		const given = typeof options === 'function' ? options() : options;
		session = await startTestSession(jobSeconds, given);
	}, 180_000);
	afterEach(() => session?.sandbox.reset());
	afterAll(async () => await session?.close(), 60_000);
	return () => session as TestSession;
}

interface VeoWorkflow {
	/** Prompts, one item each. */
	prompts: string[];
	parameters: INodeParameters;
	settings?: Partial<INode>;
}

/** Manual trigger → one item for each prompt → the unified node, named `Veo`. */
export function veoWorkflow(
	{ credentials }: Session,
	{ prompts, parameters, settings }: VeoWorkflow,
): Workflow {
	const items = prompts.map((prompt) => ({ prompt }));
	return {
		name: 'test',
		nodes: [
			newNode('Start', 'n8n-nodes-base.manualTrigger'),
			newNode('Prompts', 'n8n-nodes-base.code', {
				jsCode: `return ${JSON.stringify(items)}.map((json) => ({ json }));`,
			}),
			newNode(
				'Veo',
				GENERATOR,
				{
					resource: 'video',
					operation: 'generate',
					prompt: '={{ $json.prompt }}',
					imageUrls: 'https://cdn.example.org/fox.png',
					...parameters,
				},
				{ credentials, ...settings },
			),
		],
		connections: { Start: to('Prompts'), Prompts: to('Veo') },
	};
}

/** Runs it by hand, as "Execute workflow" does, and waits until it has ended. */
export async function runOnce({ client }: Session, workflow: Workflow): Promise<Execution> {
	const id = await client.createWorkflow(workflow);
	return await client.waitForExecution(await client.runWorkflow(id, 'Start'));
}
