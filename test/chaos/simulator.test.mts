import fc from 'fast-check';

import { simulator } from '../../nodes/VeoReferenceVideo/simulator.provider';
import { hasEnded } from '../../nodes/shared/job/job';
import type { Simulation, WireRequest } from '../../nodes/shared/types';
import { whyNotJobId } from '../../nodes/shared/wire/jobId';
import { answer } from '../providers/neutral.mts';
import { runs } from './runs.mts';

const { submit, status, cancel, simulation } = simulator;
const { answer: answerTo, file } = simulation as Simulation;

const words = [...(simulator.notice ?? '').matchAll(/#sandbox:[\w=-]+/g)].map(([word]) => word);

/** As people write them: with the words, half a word, or a number that is none. */
const prompts = fc
	.array(
		fc.oneof(
			fc.constantFrom(...words),
			fc.oneof(fc.nat(100_000), fc.double(), fc.string()).map((of) => `#sandbox:seconds=${of}`),
			fc.string({ unit: 'binary' }),
			fc.string().map((word) => `#sandbox:${word}`),
		),
		{ maxLength: 3 },
	)
	.map((parts) => parts.join(' '));

const nonces = fc.stringMatching(/^[\da-f]{8}$/);

/** One simulated provider, its clock, and what it is asked. */
class World {
	now = 1_760_000_000_000;

	readonly #canceled = new Set<string>();

	ask(request: WireRequest, nonce = '00000000') {
		const given = answerTo(request, {
			now: this.now,
			nonce,
			isCanceled: (jobId) => this.#canceled.has(jobId),
		});
		if (given.canceled) this.#canceled.add(given.canceled);
		return answer(given.status, given.body);
	}

	submit(prompt: string, nonce: string) {
		return submit.parse(this.ask({ method: 'POST', path: '/jobs', body: { prompt } }, nonce));
	}

	stateOf = (jobId: string) => status.parse(this.ask(status.build(jobId, '')));
}

it('whatever a prompt says, its job goes forward only, and ends once or is refused with a reason', () => {
	const pauses = fc.array(fc.oneof(fc.nat(20_000), fc.nat(10 ** 9)), { maxLength: 8 });
	const cancelAt = fc.option(fc.nat(7));
	fc.assert(
		fc.property(prompts, nonces, pauses, cancelAt, (prompt, nonce, steps, canceledAt) => {
			const world = new World();
			const job = world.submit(prompt, nonce);
			if ('code' in job) return void expect(job.message).toMatch(/\S.{20}/);
			expect(whyNotJobId(simulator, job.jobId)).toBeUndefined();
			let before = world.stateOf(job.jobId);
			for (const [index, step] of steps.entries()) {
				if (index === canceledAt) cancel?.parse(world.ask(cancel.build(job.jobId, '')));
				world.now += step;
				const after = world.stateOf(job.jobId);
				if (hasEnded(before)) expect(after).toEqual(before);
				else if (index === canceledAt) expect(after.status).toBe('canceled');
				else if ('progress' in before && 'progress' in after) {
					expect(after.progress).toBeGreaterThanOrEqual(Number(before.progress));
				}
				before = after;
			}
			if (before.status !== 'completed') return;
			const video = file(String(before.videoUrl));
			expect(Buffer.isBuffer(video)).toBe(!prompt.includes('#sandbox:link-gone'));
		}),
		runs(500),
	);
});

it('an ID that nobody has given, or that was typed wrong, has a state or is unknown', () => {
	const typed = fc.record({ at: fc.nat(), instead: fc.string({ maxLength: 3 }) });
	const mistakes = fc.array(typed, { minLength: 1, maxLength: 3 });
	fc.assert(
		fc.property(prompts, nonces, mistakes, (prompt, nonce, changes) => {
			const world = new World();
			const job = world.submit(prompt, nonce);
			let jobId = 'code' in job ? prompt : job.jobId;
			for (const { at, instead } of changes) {
				const place = at % (jobId.length + 1);
				jobId = jobId.slice(0, place) + instead + jobId.slice(place + 1);
			}
			// Such an ID is told to be none before anybody is asked about it.
			if (whyNotJobId(simulator, jobId) === 'unusable') return;
			const state = world.stateOf(jobId);
			if (state.status === 'unreadable') expect(state.failure.code).toBe('not_found');
			else if ('progress' in state) expect(state.progress).toEqual(expect.any(Number));
			else expect(hasEnded(state)).toBe(true);
		}),
		runs(500),
	);
});
