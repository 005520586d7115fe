import fc from 'fast-check';
import type { Scheduler } from 'fast-check';

import { evoLink } from '../../nodes/EvoLinkVeo/evoLink.provider';
import { OnceOnly } from '../../nodes/shared/callback/once';
import { receive } from '../../nodes/shared/callback/receive';
import { sealToken } from '../../nodes/shared/callback/token';
import type { Reading } from '../../nodes/shared/job/read';
import type { SpentNonces } from '../../nodes/shared/n8n/state';
import { runs } from './runs.mts';

const apiKey = 'the-api-key';
const jobCount = 5;
const receiver = 'this-trigger';
const start = 1_760_000_000_000;

const idOf = (job: number) => `task-unified-1760000000-job${job}`;
const madeUp = (number: number) => `task-unified-1760000000-madeup${number}`;

const failure = { code: 'not_found', message: 'unknown', retryable: false } as const;

/** One trigger of an n8n, its storage, its provider, and whoever knows its address. */
class World {
	now = start;

	/** The provider cannot be asked. */
	isDown = false;

	readonly ended = new Set<number>();

	/** Of each run: whose token, and which job. */
	readonly runs: Array<{ row: unknown; jobId: string | null }> = [];

	/** Jobs whose own callback was answered 200. */
	readonly taken = new Set<number>();

	readonly asked: string[] = [];

	#once = new OnceOnly();

	/** What n8n has stored. */
	#stored: SpentNonces = {};

	#starts = 0;

	readonly #scheduler: Scheduler;

	readonly #tokens: string[];

	constructor(scheduler: Scheduler) {
		this.#scheduler = scheduler;
		this.#tokens = Array.from({ length: jobCount }, (_, row) => this.tokenFor(row));
	}

	tokenFor(row: number, change: object = {}, key = apiKey): string {
		return sealToken(key, {
			provider: 'evolink',
			model: 'm',
			item: row,
			nonce: `nonce ${row}`,
			expires: start + 86_400_000,
			metadata: { row },
			receiver,
			...change,
		});
	}

	/** Kills n8n, with all that it is checking. */
	restart(): void {
		this.#once = new OnceOnly();
		this.#starts++;
	}

	/** What the provider itself posts about a job. */
	async deliverOwn(job: number): Promise<void> {
		if ((await this.deliver(this.#tokens[job], { id: idOf(job) })) === 200) this.taken.add(job);
	}

	/** @returns the status, undefined when n8n died meanwhile */
	async deliver(token: string, body: unknown): Promise<number | undefined> {
		const starts = this.#starts;
		const stored = { ...this.#stored };
		const once = this.#once;
		const now = this.now;
		const verdict = await receive(
			{
				headers: { 'content-type': 'application/json' },
				rawBody: Buffer.from(JSON.stringify(body)),
			},
			token,
			{
				provider: evoLink,
				apiKey,
				now,
				once,
				receiver,
				scope: 'w',
				stored,
				keys: async () => await Promise.resolve(undefined),
				newerKeys: async () => await Promise.resolve(undefined),
				warn: () => undefined,
				prepare: () => undefined,
				read: async ({ jobId }) => await this.#read(String(jobId)),
			},
		);
		if (starts !== this.#starts) return undefined;
		if ('job' in verdict) {
			this.runs.push({ row: verdict.job.metadata?.row, jobId: verdict.job.jobId });
			// n8n writes back the whole of what it had loaded before.
			this.#stored = once.spentIn('w', stored, now);
		}
		return verdict.status;
	}

	async #read(jobId: string): Promise<Reading> {
		this.asked.push(jobId);
		await this.#scheduler.schedule(Promise.resolve(), `read ${jobId}`);
		if (this.isDown) {
			return {
				raw: null,
				state: { status: 'unreadable', failure: { ...failure, retryable: true } },
			};
		}
		const job = [...Array(jobCount).keys()].find((index) => idOf(index) === jobId);
		if (job === undefined) return { raw: null, state: { status: 'unreadable', failure } };
		return this.ended.has(job)
			? { raw: null, state: { status: 'completed', videoUrl: `https://media.example/${job}.mp4` } }
			: { raw: null, state: { status: 'in_progress' } };
	}
}

const job = fc.nat({ max: jobCount - 1 });

/** Somebody who has seen the address of one job, token and all, or makes tokens up. */
type Made = readonly [token: string, body: object];

const attacks = {
	'made-up job': (world: World, row: number, number: number) => [
		world.tokenFor(row),
		{ id: madeUp(number) },
	],
	'no job': (world: World, row: number) => [world.tokenFor(row), { hello: 1 }],
	'a path': (world: World, row: number) => [world.tokenFor(row), { id: '../..' }],
	'a token for another trigger': (world: World, row: number) => [
		world.tokenFor(row, { receiver: 'another', nonce: 'x' }),
		{ id: idOf(row) },
	],
	'a token for a sleeping execution': (world: World, row: number) => [
		world.tokenFor(row, { sleeper: '1/Veo', nonce: 'x' }),
		{ id: idOf(row) },
	],
	'a token of another key': (world: World, row: number) => [
		world.tokenFor(row, { nonce: 'x' }, 'another-key'),
		{ id: idOf(row) },
	],
	'an expired token': (world: World, row: number) => [
		world.tokenFor(row, { nonce: 'x', expires: start - 86_400_000 }),
		{ id: idOf(row) },
	],
} satisfies Record<string, (world: World, row: number, number: number) => Made>;
type Attack = keyof typeof attacks;

const messages = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ own: job }) },
	{
		weight: 3,
		arbitrary: fc.record({
			attack: fc.constantFrom(...(Object.keys(attacks) as Attack[])),
			row: job,
			number: fc.nat({ max: 40 }),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ ends: job }) },
	{ weight: 1, arbitrary: fc.constant('restart' as const) },
);

const steps = fc.array(
	fc.oneof(
		{ weight: 4, arbitrary: fc.record({ together: fc.array(messages, { maxLength: 12 }) }) },
		{ weight: 2, arbitrary: fc.record({ passes: fc.nat({ max: 5000 }) }) },
		// Somebody sets the clock back.
		{ weight: 1, arbitrary: fc.record({ passes: fc.integer({ min: -60_000, max: -1 }) }) },
		{ weight: 1, arbitrary: fc.record({ isDown: fc.boolean() }) },
	),
	{ maxLength: 20 },
);
type Step =
	typeof steps extends fc.Arbitrary<infer Value>
		? Value extends Array<infer One>
			? One
			: never
		: never;
type Message = typeof messages extends fc.Arbitrary<infer Value> ? Value : never;

async function happens(world: World, message: Message): Promise<void> {
	if (message === 'restart') world.restart();
	else if ('ends' in message) world.ended.add(message.ends);
	else if ('own' in message) await world.deliverOwn(message.own);
	else {
		const attack: (world: World, row: number, number: number) => Made = attacks[message.attack];
		await world.deliver(...attack(world, message.row, message.number));
	}
}

async function take(world: World, step: Step, scheduler: Scheduler): Promise<void> {
	if ('passes' in step) world.now += step.passes;
	else if ('isDown' in step) world.isDown = step.isDown;
	else {
		const all = step.together.map(async (message) => {
			await scheduler.schedule(Promise.resolve(), JSON.stringify(message));
			await happens(world, message);
		});
		await scheduler.waitFor(Promise.all(all));
	}
}

/** Providers deliver again until somebody takes it. */
async function deliverTheRest(world: World, scheduler: Scheduler): Promise<void> {
	world.isDown = false;
	for (let tries = 0; tries < 3; tries++) {
		world.now += 2000;
		const open = [...Array(jobCount).keys()].filter((index) => !world.taken.has(index));
		for (const index of open) world.ended.add(index);
		await scheduler.waitFor(Promise.all(open.map(async (index) => await world.deliverOwn(index))));
	}
}

it('whatever happens to callbacks, each job starts one run with its own row, and nothing else does', async () => {
	await fc.assert(
		fc.asyncProperty(steps, fc.scheduler(), async (all, scheduler) => {
			const world = new World(scheduler);
			for (const step of all) await take(world, step, scheduler);
			for (const { row } of world.runs) expect(world.ended).toContain(row);
			await deliverTheRest(world, scheduler);
			const runs = world.runs.toSorted((one, other) => Number(one.row) - Number(other.row));
			expect(runs).toEqual(
				Array.from({ length: jobCount }, (_, row) => ({ row, jobId: idOf(row) })),
			);
			expect(world.taken.size).toBe(jobCount);
		}),
		runs(500),
	);
});

it('a leaked token starts one run at most, whichever jobs of its owner it is sent about', async () => {
	const calls = fc.array(job, { minLength: 1, maxLength: 30 });
	await fc.assert(
		fc.asyncProperty(calls, fc.boolean(), fc.scheduler(), async (about, restarts, scheduler) => {
			const world = new World(scheduler);
			for (let index = 0; index < jobCount; index++) world.ended.add(index);
			const post = async () =>
				await scheduler.waitFor(
					Promise.all(
						about.map(async (index) => {
							await scheduler.schedule(Promise.resolve());
							return await world.deliver(world.tokenFor(0), { id: idOf(index) });
						}),
					),
				);
			await post();
			if (restarts) world.restart();
			world.now += 2000;
			await post();
			expect(world.runs).toHaveLength(1);
			expect(world.runs[0].row).toBe(0);
		}),
		runs(200),
	);
});

it('a leaked token makes us ask about a job once in two seconds, and about twenty in all', async () => {
	const passes = fc.oneof(
		{ weight: 9, arbitrary: fc.constant(0) },
		{ weight: 1, arbitrary: fc.nat({ max: 1500 }) },
	);
	const post = fc.record({ passes, number: fc.nat({ max: 60 }) });
	const posts = fc.array(post, { maxLength: 120, size: 'max' });
	await fc.assert(
		fc.asyncProperty(posts, fc.scheduler(), async (all, scheduler) => {
			const world = new World(scheduler);
			const asked: Array<{ at: number; jobId: string }> = [];
			for (const { passes, number } of all) {
				world.now += passes;
				const before = world.asked.length;
				await scheduler.waitFor(world.deliver(world.tokenFor(0), { id: madeUp(number) }));
				for (const jobId of world.asked.slice(before)) asked.push({ at: world.now, jobId });
			}
			for (const { at, jobId } of asked) {
				const soon = asked.filter((other) => other.at >= at && other.at < at + 2000);
				expect(soon.length).toBeLessThanOrEqual(20);
				expect(soon.filter((other) => other.jobId === jobId)).toHaveLength(1);
			}
		}),
		runs(200),
	);
});
