import fc from 'fast-check';
import type { Scheduler } from 'fast-check';

import { Gathering } from '../../nodes/shared/sleep/gathering';
import type { JobReading } from '../../nodes/shared/sleep/gathering';
import { runs } from './runs.mts';

const total = 5;

/** One sleeping execution, its node's webhook, and the providers of its jobs. */
class World {
	now = 1_760_000_000_000;

	/** Jobs that cannot be read at the moment. */
	readonly unreadable = new Set<number>();

	isAsleep = true;

	/** What each resume has passed on. */
	readonly resumes: Array<Array<string | undefined>> = [];

	/** Jobs whose own callback was answered 200. */
	readonly taken = new Set<number>();

	readonly ended = new Set<number>();

	/** Jobs that can never be read; their callbacks come all the same. */
	readonly #lost: Set<number>;

	#gathering = new Gathering<string>();

	#starts = 0;

	readonly #scheduler: Scheduler;

	constructor(scheduler: Scheduler, lost: number[]) {
		this.#scheduler = scheduler;
		this.#lost = new Set(lost);
	}

	resultOf(job: number): string {
		return this.#lost.has(job) ? `lost ${job}` : `video ${job}`;
	}

	/** Kills n8n, with all that it is checking; the execution goes on sleeping. */
	restart(): void {
		this.#gathering = new Gathering();
		this.#starts++;
	}

	/** What the provider posts about a job, answered as the node's webhook answers it. */
	async deliver(job: number): Promise<void> {
		const starts = this.#starts;
		const gathering = this.#gathering;
		// n8n knows no execution that sleeps there: 404 or 409.
		if (!this.isAsleep) return;
		const verdict = await gathering.onCallback(
			job,
			total,
			async (index) => await this.#read(index),
			this.now,
		);
		if (starts !== this.#starts || verdict === 'again') return;
		this.taken.add(job);
		if (verdict === 'complete' && gathering.mayResume(total, this.now)) this.#resume(gathering);
	}

	/** The node's own watcher, when the time is up. */
	async timeIsUp(): Promise<void> {
		const gathering = this.#gathering;
		if (!this.isAsleep) return;
		await gathering.readRest(total, async (index) => await this.#read(index));
		if (gathering.mayResumeUnfinished(this.now)) this.#resume(gathering);
	}

	#resume(gathering: Gathering<string>): void {
		this.resumes.push(Array.from({ length: total }, (_, index) => gathering.resultOf(index)));
		this.isAsleep = false;
		gathering.forget();
	}

	async #read(job: number): Promise<JobReading<string>> {
		await this.#scheduler.schedule(Promise.resolve(), `read ${job}`);
		const state = this.#state(job);
		// The answer takes its time, too.
		await this.#scheduler.schedule(Promise.resolve(), `answer ${job}`);
		return state;
	}

	#state(job: number): JobReading<string> {
		if (this.unreadable.has(job)) return 'unknown';
		if (this.#lost.has(job)) return { lost: this.resultOf(job) };
		return this.ended.has(job) ? { ended: this.resultOf(job) } : 'running';
	}
}

const job = fc.nat({ max: total - 1 });

const messages = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ calls: job }) },
	{ weight: 4, arbitrary: fc.record({ endsAndCalls: job }) },
	{ weight: 2, arbitrary: fc.record({ trouble: job }) },
	{ weight: 1, arbitrary: fc.constant('restart' as const) },
);
type Message = typeof messages extends fc.Arbitrary<infer Value> ? Value : never;

const steps = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ together: fc.array(messages, { maxLength: 12 }) }) },
	{ weight: 2, arbitrary: fc.record({ passes: fc.nat({ max: 5000 }) }) },
	// Somebody sets the clock back.
	{ weight: 1, arbitrary: fc.record({ passes: fc.integer({ min: -60_000, max: -1 }) }) },
);
type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

async function happens(world: World, message: Message): Promise<void> {
	if (message === 'restart') return world.restart();
	if ('trouble' in message) {
		if (!world.unreadable.delete(message.trouble)) world.unreadable.add(message.trouble);
		return;
	}
	if ('endsAndCalls' in message) {
		world.ended.add(message.endsAndCalls);
		return await world.deliver(message.endsAndCalls);
	}
	await world.deliver(message.calls);
}

async function take(world: World, step: Step, scheduler: Scheduler): Promise<void> {
	if ('passes' in step) world.now += step.passes;
	else {
		const all = step.together.map(async (message) => {
			await scheduler.schedule(Promise.resolve(), JSON.stringify(message));
			await happens(world, message);
		});
		await scheduler.waitFor(Promise.all(all));
	}
}

const anything = [fc.array(steps, { maxLength: 15 }), fc.uniqueArray(job), fc.scheduler()] as const;

const expectOneResume = (world: World) =>
	expect(world.resumes).toEqual([
		Array.from({ length: total }, (_, index) => world.resultOf(index)),
	]);

it('whatever happens to callbacks, the execution wakes once, with all results in their order', async () => {
	await fc.assert(
		fc.asyncProperty(...anything, async (all, lost, scheduler) => {
			const world = new World(scheduler, lost);
			for (const step of all) await take(world, step, scheduler);
			// Providers deliver again until somebody takes it.
			world.unreadable.clear();
			for (let tries = 0; tries < 3; tries++) {
				world.now += 10_000;
				const open = [...Array(total).keys()].filter((index) => !world.taken.has(index));
				for (const index of open) world.ended.add(index);
				const calls = open.map(async (index) => await world.deliver(index));
				await scheduler.waitFor(Promise.all(calls));
			}
			expectOneResume(world);
		}),
		runs(1000),
	);
});

it('callbacks that come together are all taken at once, and the last of them wakes it', async () => {
	const order = fc.shuffledSubarray([...Array(total).keys()], { minLength: total });
	await fc.assert(
		fc.asyncProperty(order, fc.array(job), fc.scheduler(), async (ends, more, scheduler) => {
			const world = new World(scheduler, []);
			const calls = [...ends, ...more].map(async (index) => {
				await scheduler.schedule(Promise.resolve(), `job ${index} ends`);
				world.ended.add(index);
				await world.deliver(index);
			});
			await scheduler.waitFor(Promise.all(calls));
			expect(world.taken.size).toBe(total);
			expectOneResume(world);
		}),
		runs(2000),
	);
});

it('when callbacks are lost for good, the watcher wakes it at the end, once', async () => {
	await fc.assert(
		fc.asyncProperty(...anything, async (all, lost, scheduler) => {
			const world = new World(scheduler, lost);
			for (const step of all) await take(world, step, scheduler);
			world.unreadable.clear();
			world.now += 10_000;
			for (let index = 0; index < total; index++) world.ended.add(index);
			const calls = [world.timeIsUp(), world.deliver(0), world.timeIsUp()];
			await scheduler.waitFor(Promise.all(calls));
			expectOneResume(world);
		}),
		runs(500),
	);
});
