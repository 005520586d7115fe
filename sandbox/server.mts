import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { answering } from './answering.mts';
import { CallbackPost } from './callbacks.mts';
import type { DeliverOptions, SandboxDelivery } from './callbacks.mts';
import type { SandboxRequest, SandboxState, Settings } from './contract.mts';
import { controlRoutes } from './control.mts';
import { FaultQueue } from './faults.mts';
import type { Injection } from './faults.mts';
import { describeJob, JobBook } from './jobs.mts';
import type { SandboxJob, SavedJob } from './jobs.mts';
import { sandboxProviders } from './registry.mts';
import { SigningKeys } from './signing.mts';
import { UploadShelf } from './uploads.mts';

export type { DeliverOptions, SandboxDelivery } from './callbacks.mts';
export type { SandboxRequest } from './contract.mts';
export type { Fault, Injection } from './faults.mts';
export type { SandboxJob, SavedJob } from './jobs.mts';

export interface SandboxOptions extends Partial<Settings> {
	/** 0 takes any free port. */
	port?: number;
	/** Jobs of an earlier sandbox at the same port. */
	jobs?: SavedJob[];
}

export interface Sandbox {
	readonly url: string;
	/** The one key that is accepted. */
	readonly apiKey: string;
	/** Credential data by provider id. */
	readonly credentials: Record<string, Record<string, string>>;
	/** Read live, so a test may change them. */
	readonly settings: Settings;
	readonly requests: SandboxRequest[];
	readonly deliveries: SandboxDelivery[];
	count(filter?: { provider?: string; call?: string }): number;
	jobs(): SandboxJob[];
	/** The jobs for a later sandbox, which goes on with them. */
	savedJobs(): SavedJob[];
	inject(injection: Injection): void;
	/** Forgets the injected faults. */
	mend(): void;
	setJobSeconds(seconds: number): void;
	/** Ends a job now, with the outcome it was heading for. */
	finish(jobId: string): void;
	/** Sends the job's callback now, whether or not it was sent before; never retries. */
	deliver(jobId: string, options?: DeliverOptions): Promise<SandboxDelivery[]>;
	/** Signs with a new key pair from now on; `keepOld` publishes the old key as well. */
	rotateKeys(options?: { keepOld?: boolean }): void;
	/** Refuses connections once those at hand are closed, for so long; for good when not given. */
	leave(milliseconds?: number): Promise<void>;
	reset(): void;
	stop(): Promise<void>;
}

const apiKey = 'sandbox-key';
const adminKey = 'sandbox-admin-key';
const noticedWithin = 20;

/** Starts the sandbox on 127.0.0.1; several can run in one process. */
export async function startSandbox({
	port = 0,
	jobs = [],
	...given
}: SandboxOptions = {}): Promise<Sandbox> {
	const initial: Settings = {
		jobSeconds: 5,
		allowHttpCallbacks: false,
		shortapiCallbackShape: 'data.id',
		...given,
	};
	const settings = { ...initial };
	let url = '';
	const post: CallbackPost = new CallbackPost(() => state);
	const state: SandboxState = {
		get url() {
			return url;
		},
		apiKey,
		adminKey,
		settings,
		jobs: new JobBook(
			() => settings.jobSeconds,
			(job) => post.jobEnded(job),
		),
		uploads: new UploadShelf(() => url),
		signing: new SigningKeys(),
	};
	const faults = new FaultQueue();
	const requests: SandboxRequest[] = [];
	let returning: NodeJS.Timeout | undefined;
	const sandbox: Sandbox = {
		get url() {
			return url;
		},
		apiKey,
		get credentials() {
			return credentialsAt(url);
		},
		settings,
		requests,
		deliveries: post.deliveries,
		count: ({ provider, call } = {}) =>
			requests.filter(
				(made) =>
					(provider === undefined || made.provider === provider) &&
					(call === undefined || made.call === call),
			).length,
		jobs: () => state.jobs.all().map(describeJob),
		savedJobs: () => state.jobs.saved(),
		inject: (injection) => faults.add(injection),
		mend: () => faults.clear(),
		setJobSeconds(seconds) {
			settings.jobSeconds = seconds;
		},
		finish(jobId) {
			if (!state.jobs.finish(jobId)) throw new Error(`The sandbox has no job ${jobId}`);
		},
		deliver: (jobId, options) => post.deliver(jobId, options),
		rotateKeys: (options) => state.signing.rotate(options),
		async leave(milliseconds) {
			leave(milliseconds);
			server.closeIdleConnections();
			// Until the clients have noticed, too: they would take such a connection for another request.
			await sleep(noticedWithin);
		},
		reset() {
			requests.length = 0;
			faults.clear();
			state.jobs.clear();
			state.uploads.clear();
			post.clear();
			delete settings.callbackRetryMilliseconds;
			Object.assign(settings, initial);
		},
		async stop() {
			clearTimeout(returning);
			state.jobs.clear();
			post.clear();
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};

	function leave(milliseconds?: number): void {
		clearTimeout(returning);
		if (server.listening) server.close();
		if (milliseconds === undefined) return;
		const { port: ownPort } = new URL(url);
		returning = setTimeout(() => server.listen(Number(ownPort), '127.0.0.1'), milliseconds);
		returning.unref();
	}

	const app = express();
	app.disable('x-powered-by').enable('strict routing').enable('case sensitive routing');
	app.use(answering({ state, faults, requests, leave }, controlRoutes(sandbox)));
	const server = createServer(app);
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	state.jobs.restore(jobs);
	return sandbox;
}

function credentialsAt(url: string): Sandbox['credentials'] {
	return Object.fromEntries(
		sandboxProviders.map(({ id, addresses }) => {
			const fields = Object.entries(addresses).map(([field, path]) => [field, `${url}${path}`]);
			return [id, { apiKey, ...Object.fromEntries(fields) }];
		}),
	);
}
