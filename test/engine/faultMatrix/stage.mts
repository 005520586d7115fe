import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startSandbox } from '../../../sandbox/server.mts';
import type { Sandbox, SandboxRequest } from '../../../sandbox/server.mts';
import { fox, runUnified } from '../sandboxed.mts';
import type { RunOptions } from '../sandboxed.mts';
import { callBefore, wayOf } from './cases.mts';
import type { Batch, Case } from './cases.mts';

/** What came of a case, as the user, the provider and n8n see it. */
export interface Observed {
	/** JSON of the item that left; absent where none did. */
	item?: IDataObject;
	hasFile?: boolean;
	/** The job that the sandbox has made, whoever knows of it. */
	jobId?: string;
	submits: number;
	jobs: number;
	/** Requests that the fault has spoilt. */
	hits: number;
	/** To the first deliveries; absent where one of them was given up. */
	answers?: number[];
	runs?: number;
	secondTry?: Pick<Observed, 'item' | 'submits' | 'jobs'>;
}

/** Real time; the nodes' own is ten times as fast. */
const awayMs = 100;
/** For requests that are never answered. */
const hurryMs = 2500;

const adminKey = 'sandbox-admin-key';
let executions = 0;

/**
 * Ports below those that systems hand out: a sandbox that refuses connections for a while would lose its
 * own to the next program that asks for any. Each worker of Jest has some for itself.
 */
const portsOfWorker = 2000;
const firstPort = 10_000 + (Number(process.env.JEST_WORKER_ID ?? 1) % 11) * portsOfWorker;

/** One execution of a batch: its sandbox, its items, and the faults that they meet. */
export class Stage {
	readonly batch: Batch;

	readonly sandbox: Sandbox;

	readonly executionId = `matrix${++executions}`;

	private constructor(batch: Batch, sandbox: Sandbox) {
		this.batch = batch;
		this.sandbox = sandbox;
	}

	static async open(batch: Batch): Promise<Stage> {
		return new Stage(batch, await startAtOwnPort());
	}

	/** In the words of the prompt; a fault is about the job whose prompt has it. */
	static markOf = ({ id }: Case) => `case ${id}.`;

	rows(words = ''): IDataObject[] {
		return this.batch.cases.map((one) => ({ prompt: `A fox, ${Stage.markOf(one)}${words}` }));
	}

	async run(parameters: INodeParameters, options: RunOptions = {}) {
		const { provider, cases, way } = this.batch;
		const isSlow = cases.some(({ fault }) => fault.company === 'slow');
		const credential = { ...this.sandbox.credentials[provider.id] };
		if (way === 'balance' && this.batch.sandbox.hasAdminKeys) credential.apiKey = adminKey;
		return await runUnified(
			this.sandbox,
			provider,
			{
				prompt: '={{ $json.prompt }}',
				imageUrls: fox,
				...parameters,
				options: {
					concurrency: cases.length,
					...(isSlow && { requestOptions: { timeout: hurryMs } }),
					...(parameters.options as IDataObject),
				} as INodeParameters,
			},
			{
				onError: 'continueRegularOutput',
				executionId: this.executionId,
				credentials: { [provider.credential]: credential },
				...options,
			},
		);
	}

	/** The jobs of all cases, which have run into no fault yet. */
	async jobs(words: string): Promise<IDataObject[]> {
		const options = { requestOptions: {} };
		const parameters = { operation: 'generate', options };
		const executionId = `${this.executionId}before`;
		const { items } = await this.run(parameters, { input: this.rows(words), executionId });
		return items.map(({ json }) => json);
	}

	finishAll(): void {
		for (const { id, endedAt } of this.sandbox.jobs()) {
			if (endedAt === undefined) this.sandbox.finish(id);
		}
	}

	/** From now on these cases meet their faults. */
	async spoil(cases: Case[] = this.batch.cases): Promise<void> {
		for (const one of cases) await this.#spoil(one);
	}

	async #spoil(one: Case): Promise<void> {
		const { provider, way, call, fault, isLasting } = one;
		const spoilt = fault.at(call);
		const milliseconds = isLasting ? undefined : awayMs;
		if (spoilt) {
			const about = wayOf(way).alone?.includes(call) ? undefined : Stage.markOf(one);
			const times = isLasting ? Infinity : 1;
			this.sandbox.inject({ provider: provider.id, call, about, fault: spoilt, times });
			return;
		}
		const before = callBefore(one);
		// There it is told when to come back.
		if (!before) return await this.sandbox.leave(way === 'trigger' ? undefined : milliseconds);
		const leave = { kind: 'leave', milliseconds } as const;
		this.sandbox.inject({ provider: provider.id, call: before, fault: leave });
	}

	/** No more faults, and the sandbox is there. */
	async mend(): Promise<void> {
		this.sandbox.mend();
		if (this.batch.cases.some(({ fault }) => !fault.at('submit'))) await this.sandbox.leave(0);
	}

	/** What the sandbox knows of a case. */
	seen(one: Case): Omit<Observed, 'item'> {
		const mark = Stage.markOf(one);
		const jobs = this.sandbox.jobs().filter(({ prompt }) => prompt.includes(mark));
		const isAbout = ({ jobId, body }: SandboxRequest) =>
			jobs.some(({ id }) => id === jobId) || JSON.stringify(body ?? '').includes(mark);
		const isAlone = this.batch.cases.length === 1;
		const { requests } = this.sandbox;
		return {
			jobId: jobs[0]?.id,
			jobs: jobs.length,
			submits: requests.filter((made) => made.call === 'submit' && isAbout(made)).length,
			hits: requests.filter(
				(made) => made.call === one.call && made.fault && (isAlone || isAbout(made)),
			).length,
		};
	}
}

let ports = 0;

async function startAtOwnPort(): Promise<Sandbox> {
	const port = firstPort + (ports++ % portsOfWorker);
	try {
		return await startSandbox({
			port,
			jobSeconds: 0,
			allowHttpCallbacks: true,
			callbackRetryMilliseconds: 600,
		});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
		return await startAtOwnPort();
	}
}
