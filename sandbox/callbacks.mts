import { setTimeout as sleep } from 'node:timers/promises';
import type { CallbackMessage, CallbackRules, SandboxState } from './contract.mts';
import type { Job } from './jobs.mts';
import { isPrivateAddress } from './network.mts';
import { sandboxProviders } from './registry.mts';

export interface SandboxDelivery extends CallbackMessage {
	provider: string;
	jobId: string;
	/** 1 for the first try. */
	attempt: number;
	at: number;
	/** The receiver's HTTP status. */
	status?: number;
	/** Why there is no status, or why nothing was sent. */
	error?: string;
}

export interface DeliverOptions {
	/** The job's own callback address when undefined. */
	url?: string;
	times?: number;
	/** Sends all of them at once instead of one after the other. */
	parallel?: boolean;
	/** Changes the payload before it is signed. */
	payload?: (payload: any) => unknown;
	/** Changes the finished message, after it was signed. */
	mutate?: (message: CallbackMessage) => CallbackMessage;
}

/** Posts the callbacks of one sandbox and keeps a record of every try. */
export class CallbackPost {
	readonly deliveries: SandboxDelivery[] = [];
	readonly #state: () => SandboxState;
	#stopped = new AbortController();

	constructor(state: () => SandboxState) {
		this.#state = state;
	}

	jobEnded(job: Job): void {
		if (job.callbackUrl) void this.#deliverUntilTaken(job, job.callbackUrl, this.#stopped.signal);
	}

	async deliver(jobId: string, options: DeliverOptions = {}): Promise<SandboxDelivery[]> {
		const job = this.#state().jobs.find(jobId);
		if (!job) throw new Error(`The sandbox has no job ${jobId}`);
		const url = options.url ?? job.callbackUrl;
		if (!url) throw new Error(`Job ${jobId} has no callback address`);
		const send = () => this.#send(job, this.#compose(job, url, options), 1);
		const made: SandboxDelivery[] = [];
		if (options.parallel)
			return await Promise.all(Array.from({ length: options.times ?? 1 }, send));
		for (let time = 0; time < (options.times ?? 1); time += 1) made.push(await send());
		return made;
	}

	/** Forgets the record and gives up what is still to be delivered. */
	clear(): void {
		this.#stopped.abort();
		this.#stopped = new AbortController();
		this.deliveries.length = 0;
	}

	async #deliverUntilTaken(job: Job, url: string, signal: AbortSignal): Promise<void> {
		const { retryMilliseconds, redirectIsFinal } = rulesOf(job);
		const { callbackRetryMilliseconds: fixed } = this.#state().settings;
		for (let attempt = 1; !signal.aborted; attempt += 1) {
			const { status, error } = await this.#send(job, this.#compose(job, url), attempt, signal);
			if (error === refusal || isTaken(status)) return;
			if (redirectIsFinal && status !== undefined && status >= 300 && status < 400) return;
			if (attempt > retryMilliseconds.length) return;
			const wait = fixed ?? retryMilliseconds[attempt - 1];
			await sleep(wait, undefined, { signal, ref: false }).catch(() => undefined);
		}
	}

	#compose(job: Job, url: string, { payload, mutate }: DeliverOptions = {}): CallbackMessage {
		const rules = rulesOf(job);
		const plain = rules.payload(job, this.#state());
		const body = JSON.stringify(payload ? payload(plain) : plain);
		const own = rules.headers?.(job, body, this.#state());
		const message = { url, headers: { 'Content-Type': 'application/json', ...own }, body };
		return mutate ? mutate(message) : message;
	}

	async #send(
		job: Job,
		message: CallbackMessage,
		attempt: number,
		stopped?: AbortSignal,
	): Promise<SandboxDelivery> {
		const { provider, id: jobId } = job;
		const delivery: SandboxDelivery = { provider, jobId, attempt, at: Date.now(), ...message };
		this.deliveries.push(delivery);
		if (!mayReach(message.url, this.#state().settings.allowHttpCallbacks)) {
			delivery.error = refusal;
			return delivery;
		}
		const timeout = AbortSignal.timeout(rulesOf(job).timeoutMilliseconds);
		try {
			const { url, headers, body } = message;
			const signal = stopped ? AbortSignal.any([timeout, stopped]) : timeout;
			const response = await fetch(url, {
				method: 'POST',
				headers,
				body,
				redirect: 'manual',
				signal,
			});
			delivery.status = response.status;
			await response.body?.cancel();
		} catch (error) {
			delivery.error = timeout.aborted ? 'timeout' : String((error as Error).cause ?? error);
		}
		return delivery;
	}
}

const refusal = 'not sent: plain http or a private address, and allowHttpCallbacks is off';

/** Whether a provider on the internet would post there; the sandbox may be told to do it anyway. */
export function mayReach(url: string, allowHttpCallbacks: boolean): boolean {
	return allowHttpCallbacks || (url.startsWith('https:') && !isPrivateAddress(url));
}

function isTaken(status: number | undefined): boolean {
	return status !== undefined && status >= 200 && status < 300;
}

function rulesOf(job: Job): CallbackRules {
	const rules = sandboxProviders.find(({ id }) => id === job.provider)?.callback;
	if (!rules) throw new Error(`${job.provider} sends no callbacks`);
	return rules;
}
