import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { INodeExecutionData } from 'n8n-workflow';

import { providers } from '../../../nodes/shared/registry';
import { netMs } from '../../../nodes/shared/sleep/sleep';
import type { SellingProvider } from '../../../nodes/shared/types';
import type { Sandbox } from '../../../sandbox/server.mts';
import type { Call, NodeResult, NodeRun } from '../../engine/harness.mts';
import { request } from '../../engine/sandboxed.mts';
import type { Process } from './processes.mts';
import type { Door } from './provider.mts';
import { untilQuiet } from './requests.mts';
import { VirtualTime } from './time.mts';

export const timeoutMs = 60_000;
export const intervalMs = 20_000;

/** How a job will end, or that it is not accepted. */
export type Fate = 'completes' | 'fails' | 'is refused';

export interface Scenario {
	/** Its id: what fast-check prints should be read. */
	provider: string;
	byCallback: boolean;
	fates: Fate[];
}

/** One sleep of the node: in a loop, one follows the other in the same execution. */
export interface Sleep {
	result: NodeResult;
	options: NodeRun;
	/** Of the items' jobs; undefined where the item was refused. */
	jobs: Array<{ id: string; token: string } | undefined>;
	/** When n8n wakes it at the latest. */
	until: number;
	/** The processes whose node has answered with items, with which the execution would go on. */
	resumes: Process[];
	/** How the items have left. */
	left?: { by: 'call' | 'deadline'; items: INodeExecutionData[]; at: number; isTimeUp: boolean };
	/** As timers count it. */
	begunAt: number;
	/** The process that has parked it still lives, and no clock has jumped since. */
	isUndisturbed: boolean;
}

const words: Record<Fate, string> = {
	completes: '',
	fails: ' #sandbox:generation-failed',
	'is refused': ' #sandbox:no-balance',
};

/** Longer than anything is remembered: each world begins so long after the one before. */
const betweenWorldsMs = 10 * 24 * 60 * 60_000;
let start = 1_760_000_000_000;
let executions = 0;

/** What stays from one world to the next. */
export interface Stage {
	sandbox: Sandbox;
	door: Door;
	processes: Process[];
}

/** One execution on an n8n with its provider, in which anything may happen. */
export class World {
	readonly time = new VirtualTime((start += betweenWorldsMs));

	state: 'running' | 'asleep' | 'gone on' | 'stopped' = 'running';

	readonly sleeps: Sleep[] = [];

	readonly executionId = `e${++executions}`;

	readonly scenario: Scenario;

	/** What the node must never do. */
	readonly faults: string[] = [];

	/** Jobs may leave with the refusal of their key. */
	wasRefused = false;

	/** How often n8n was restarted. */
	#generation = 0;

	/** Processes that have lived; the latest one answers, and runs the next round. */
	#processes = 1;

	readonly #stage: Stage;

	#url = '';

	readonly #server: Server;

	/** Calls of the watcher that n8n has not answered yet. */
	#pending = 0;

	#abandoned = 0;

	/** Of the process that lives. */
	#wake!: NodeResult['wake'];

	constructor(stage: Stage, scenario: Scenario) {
		this.#stage = stage;
		this.scenario = scenario;
		this.#server = createServer((incoming, outgoing) => {
			const generation = this.#generation;
			const { pathname, searchParams } = new URL(String(incoming.url), 'http://n8n');
			incoming.resume();
			this.#pending++;
			const token = searchParams.get('veoToken') ?? undefined;
			const execution = pathname.split('/').at(-2) ?? '';
			void this.receive({ token: token ?? '', execution }).then(({ status, message }) => {
				if (generation !== this.#generation) return;
				this.#pending--;
				outgoing.statusCode = status;
				outgoing.end(JSON.stringify({ message }));
			});
		});
	}

	get provider(): SellingProvider {
		return providers.find(({ id }) => id === this.scenario.provider) as SellingProvider;
	}

	get door(): Door {
		return this.#stage.door;
	}

	get sandbox(): Sandbox {
		return this.#stage.sandbox;
	}

	get sleep(): Sleep {
		return this.sleeps.at(-1) as Sleep;
	}

	get #process(): Process {
		return this.#stage.processes[this.#processes - 1];
	}

	/** Whether there is one more process to be had. */
	get hasAnotherProcess(): boolean {
		return this.#processes < this.#stage.processes.length;
	}

	async open(): Promise<void> {
		jest.spyOn(Date, 'now').mockImplementation(() => this.time.now);
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
			const timer = new AbortController();
			this.time.after(ms, () => timer.abort());
			return timer.signal;
		});
		await once(this.#server.listen(0, '127.0.0.1'), 'listening');
		this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
		this.#process.live(this.time);
	}

	async close(): Promise<void> {
		for (const process of this.#stage.processes) process.kill();
		this.time.forget();
		this.#server.closeAllConnections();
		this.#server.close();
		this.door.clear();
		await untilQuiet(() => 0);
		jest.restoreAllMocks();
		this.sandbox.reset();
	}

	settle = async (): Promise<void> =>
		await untilQuiet(() => this.door.heldBack + this.#pending + this.#abandoned);

	/** The node is run, submits its items and falls asleep. */
	async run(): Promise<void> {
		const { provider } = this;
		const { byCallback, fates } = this.scenario;
		const { length: round } = this.sleeps;
		const before = this.sandbox.jobs().length;
		const options: NodeRun = {
			type: 'veoReferenceVideo',
			parameters: {
				operation: 'generateAndWait',
				...request,
				provider: provider.id,
				model: provider.models[0].id,
				prompt: '={{ $json.prompt }}',
				options: {
					waitStrategy: byCallback ? 'callback' : 'auto',
					timeout: timeoutMs / 60_000,
					pollInterval: intervalMs / 1000,
				},
			},
			input: fates.map((fate, item) => ({ prompt: `${item} of ${round}${words[fate]}` })),
			credentials: { [provider.credential]: this.door.credentialOf(provider.id) },
			onError: 'continueRegularOutput',
			executionId: this.executionId,
			earlierRuns: round,
			contextData: this.sleeps.at(-1)?.result.run.data.executionData?.contextData,
			n8nUrl: this.#url,
		};
		this.state = 'running';
		this.door.is('answers');
		this.sandbox.settings.allowHttpCallbacks = true;
		this.time.rememberFromNow();
		const result = await this.#process.run(options);
		// From here on the test delivers, and nobody else.
		this.sandbox.settings.allowHttpCallbacks = false;
		const made = this.sandbox.jobs().slice(before);
		const jobs = fates.map((_, item) => {
			const job = made.find(({ prompt }) => prompt.startsWith(`${item} of ${round}`));
			const token = new URL(job?.callbackUrl ?? this.#url).searchParams.get('veoToken') ?? '';
			return job && { id: job.id, token };
		});
		const until = Number(result.run.waitTill);
		this.sleeps.push({
			result,
			options,
			jobs,
			until,
			begunAt: this.time.passed,
			resumes: [],
			isUndisturbed: true,
		});
		this.#wake = result.wake;
		if (result.run.waitTill) this.state = 'asleep';
		else this.#leave('call', result.items);
		await this.settle();
	}

	/** What n8n answers at its resume URL. */
	async receive({
		execution = this.executionId,
		...call
	}: Call): Promise<{ status: number; message?: string }> {
		if (execution !== this.executionId)
			return { status: 404, message: `no execution ${execution}` };
		if (this.state === 'running') {
			return { status: 409, message: `The execution "${execution}" is running already.` };
		}
		if (this.state !== 'asleep') {
			return { status: 409, message: `The execution "${execution}" has finished.` };
		}
		const { sleep } = this;
		const generation = this.#generation;
		const process = this.#process;
		try {
			const { status = 500, items } = await this.#wake(call);
			// What a process has not answered before it died has not happened.
			if (generation !== this.#generation) return { status: 502 };
			if (items) {
				sleep.resumes.push(process);
				if (this.state === 'asleep' && sleep === this.sleep) this.#leave('call', items);
			}
			return { status };
		} catch (error) {
			this.faults.push(`webhook() threw ${String(error)}`);
			return { status: 500 };
		}
	}

	/** What the provider would post about a job, ended or not, and its token. */
	async callbackOf(item: number, sleep = this.sleep): Promise<Call | undefined> {
		const job = sleep.jobs[item];
		if (!job || job.token === '') return undefined;
		const [{ headers, body }] = await this.sandbox.deliver(job.id);
		const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
		return { token: job.token, rawBody: body, headers: Object.fromEntries(lower) };
	}

	/** The provider has made the video, or has failed to. */
	ends(item: number): void {
		const job = this.sleep.jobs[item];
		if (job) this.sandbox.finish(job.id);
	}

	stateOf(job: { id: string }): string {
		return this.sandbox.jobs().find(({ id }) => id === job.id)?.state ?? 'unknown';
	}

	async pass(ms: number): Promise<void> {
		const alarm = () => (this.state === 'asleep' ? this.sleep.until : Infinity);
		await this.time.pass(
			ms,
			async () => {
				this.#lookAtDeadline();
				await this.settle();
			},
			alarm,
		);
	}

	jump(ms: number): void {
		for (const sleep of this.sleeps) sleep.isUndisturbed = false;
		this.time.jump(ms);
		this.#lookAtDeadline();
	}

	/** Kills n8n with all that it knows, and starts it again on what it has stored. */
	restart(): void {
		for (const process of this.#stage.processes) process.kill();
		this.time.forget();
		this.door.abandon();
		this.#abandoned += this.#pending;
		this.#pending = 0;
		this.#generation++;
		for (const sleep of this.sleeps) sleep.isUndisturbed = false;
		this.answerElsewhere();
	}

	/** Another process takes the calls from now on, as in queue mode; the watchers live on. */
	answerElsewhere(): void {
		this.#processes++;
		this.#process.live(this.time);
		const { options, result } = this.sleep;
		this.#wake = this.#process.storedWake(options, result.run);
	}

	stop(): void {
		this.state = 'stopped';
	}

	/** n8n's own timer: it goes on with what was parked. */
	#lookAtDeadline(): void {
		if (this.state !== 'asleep' || this.time.now < this.sleep.until) return;
		const { executionData } = this.sleep.result.run.data;
		this.#leave('deadline', executionData?.nodeExecutionStack[0]?.data.main[0] ?? []);
	}

	#leave(by: 'call' | 'deadline', items: INodeExecutionData[]): void {
		const { sleep, time } = this;
		this.state = 'gone on';
		// By the clock on the wall, or by a timer, which does not care about the clock.
		const isTimeUp = time.latest >= sleep.until - netMs || time.passed - sleep.begunAt >= timeoutMs;
		sleep.left = { by, items, at: time.now, isTimeUp };
	}
}
