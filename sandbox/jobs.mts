import type { Directives } from './directives.mts';

export type JobState = 'queued' | 'running' | 'completed' | 'failed' | 'canceled';

export interface JobFailure {
	/** `content-policy`, `image-unreadable`, `generation-failed` or one of the provider's own. */
	reason: string;
	/** Which image, where the reason is an image. */
	image?: number;
}

export interface SandboxJob {
	id: string;
	provider: string;
	model: string;
	prompt: string;
	/** The submitted body as received. */
	request: unknown;
	state: JobState;
	/** 0 to 100. */
	progress: number;
	createdAt: number;
	endedAt?: number;
	videoUrl?: string;
	failure?: JobFailure;
	callbackUrl?: string;
	/** The idempotency key of its submit, where the provider takes one. */
	key?: string;
}

/** What a provider says of a job when it accepts it. */
export interface NewJob {
	id: string;
	provider: string;
	model: string;
	prompt: string;
	request: unknown;
	directives: Directives;
	videoUrl: string;
	/** How it will fail; undefined for a job that completes. */
	failure?: JobFailure;
	/** The job ends after so many seconds, whatever the settings say. */
	seconds?: number;
	callbackUrl?: string;
	key?: string;
}

export interface Job extends SandboxJob {
	directives: Directives;
	/** Where the job is heading, known from the start. */
	outcome: { videoUrl: string; failure?: JobFailure };
	seconds: number;
	endsAt: number;
	/** Id of the delivery attempt's gateway, where the provider has one. */
	gatewayId?: string;
}

/** A job as JSON can hold it. */
export interface SavedJob extends Omit<Job, 'directives' | 'endsAt'> {
	directives: Array<[string, number]>;
}

/** The clock of a job goes on while the sandbox is away. */
const endOf = ({
	directives,
	createdAt,
	seconds,
}: Pick<Job, 'directives' | 'createdAt' | 'seconds'>) =>
	directives.has('never') ? Infinity : createdAt + seconds * 1000;

// Node clamps longer timers to one millisecond.
const longestTimer = 2 ** 31 - 1;

/**
 * The jobs of one sandbox. A job's state follows the clock; `onEnd` is called once for each end.
 */
export class JobBook {
	readonly #jobs = new Map<string, Job>();
	readonly #timers = new Map<string, NodeJS.Timeout>();
	readonly #defaultSeconds: () => number;
	readonly #onEnd: (job: Job) => void;

	constructor(defaultSeconds: () => number, onEnd: (job: Job) => void) {
		this.#defaultSeconds = defaultSeconds;
		this.#onEnd = onEnd;
	}

	start(made: NewJob): Job {
		const { videoUrl, failure, ...described } = made;
		const createdAt = Date.now();
		const fromPrompt = made.directives.get('seconds');
		const seconds = made.seconds ?? fromPrompt ?? this.#defaultSeconds();
		const { directives } = made;
		const job: Job = {
			...described,
			state: 'queued',
			progress: 0,
			createdAt,
			outcome: { videoUrl, failure },
			seconds,
			endsAt: endOf({ directives, createdAt, seconds }),
		};
		this.#jobs.set(job.id, job);
		this.#schedule(job);
		return job;
	}

	/** All of them, for a sandbox that takes over from this one. */
	saved(): SavedJob[] {
		return this.all().map(({ directives, endsAt, ...job }) => ({
			...job,
			directives: [...directives],
		}));
	}

	/** Takes over the jobs of a sandbox that has ended. */
	restore(saved: SavedJob[]): void {
		for (const { directives: entries, ...rest } of saved) {
			const directives = new Map(entries);
			const job: Job = { ...rest, directives, endsAt: endOf({ ...rest, directives }) };
			this.#jobs.set(job.id, job);
			if (job.endedAt === undefined) this.#schedule(job);
		}
	}

	/** The job as it stands now. */
	find(id: string, provider?: string): Job | undefined {
		const job = this.#jobs.get(id);
		if (!job || (provider && job.provider !== provider)) return undefined;
		return this.#update(job);
	}

	all(): Job[] {
		return [...this.#jobs.values()].map((job) => this.#update(job));
	}

	finish(id: string): Job | undefined {
		const job = this.#jobs.get(id);
		if (job && job.endedAt === undefined) this.#end(job, Date.now());
		return job;
	}

	cancel(job: Job): void {
		if (job.endedAt !== undefined) return;
		job.state = 'canceled';
		job.endedAt = Date.now();
		this.#settled(job);
	}

	clear(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#timers.clear();
		this.#jobs.clear();
	}

	#schedule(job: Job): void {
		if (job.endsAt === Infinity) return;
		const wait = Math.min(Math.max(job.endsAt - Date.now(), 0), longestTimer);
		const timer = setTimeout(() => {
			if (this.#update(job).endedAt === undefined) this.#schedule(job);
		}, wait);
		timer.unref();
		this.#timers.set(job.id, timer);
	}

	#update(job: Job): Job {
		if (job.endedAt !== undefined) return job;
		const now = Date.now();
		if (now >= job.endsAt) {
			this.#end(job, job.endsAt);
			return job;
		}
		const elapsed = (now - job.createdAt) / (job.seconds * 1000);
		job.state = elapsed < 0.2 ? 'queued' : 'running';
		job.progress = elapsed < 0.2 ? 0 : Math.min(Math.floor(elapsed * 100), 99);
		return job;
	}

	#end(job: Job, at: number): void {
		job.endedAt = at;
		job.progress = 100;
		if (job.outcome.failure) {
			job.state = 'failed';
			job.failure = job.outcome.failure;
		} else {
			job.state = 'completed';
			job.videoUrl = job.outcome.videoUrl;
		}
		this.#settled(job);
	}

	#settled(job: Job): void {
		clearTimeout(this.#timers.get(job.id));
		this.#timers.delete(job.id);
		this.#onEnd(job);
	}
}

/** The part of a job that callers of the sandbox see, as a copy. */
export function describeJob(job: Job): SandboxJob {
	const { directives, outcome, seconds, endsAt, gatewayId, ...visible } = job;
	return visible;
}
