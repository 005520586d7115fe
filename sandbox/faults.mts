import { z } from 'zod';
import { calls } from './contract.mts';
import type { SandboxRequest } from './contract.mts';

const status = z.int().min(100).max(599);
const headers = z.record(z.string(), z.string());

export const faultSchema = z.discriminatedUnion('kind', [
	/** Answers `status`; without a body the provider's own one. */
	z.strictObject({
		kind: z.literal('status'),
		status,
		body: z.unknown().optional(),
		headers: headers.optional(),
		/** The request takes effect first: a submit is accepted and then answered 502. */
		afterHandling: z.boolean().optional(),
	}),
	z.strictObject({ kind: z.literal('drop'), when: z.enum(['before', 'after']) }),
	/** Answers well, then refuses connections, for so long; for good when not given. */
	z.strictObject({
		kind: z.literal('leave'),
		milliseconds: z.number().nonnegative().optional(),
	}),
	z.strictObject({
		kind: z.literal('slow'),
		milliseconds: z.number().nonnegative(),
		where: z.enum(['headers', 'body']),
	}),
	/** Promises the whole length, sends `bytes` (half when not given), cuts the connection. */
	z.strictObject({ kind: z.literal('truncate'), bytes: z.int().nonnegative().optional() }),
	/** The whole answer, piece by piece, evenly over so much time. */
	z.strictObject({
		kind: z.literal('drip'),
		milliseconds: z.number().nonnegative(),
		pieces: z.int().positive().optional(),
	}),
	z.strictObject({
		kind: z.literal('raw'),
		status,
		contentType: z.string(),
		body: z.string(),
		afterHandling: z.boolean().optional(),
	}),
	/** JSON of so many megabytes, as fast as the client takes it. */
	z.strictObject({
		kind: z.literal('flood'),
		megabytes: z.number().positive(),
		afterHandling: z.boolean().optional(),
	}),
	/** The answer itself, after the request has taken effect, but not quite. */
	z.strictObject({
		kind: z.literal('alter'),
		status: status.optional(),
		/** New values of the fields with these names, wherever in the JSON they stand. */
		fields: z.record(z.string(), z.unknown()).optional(),
		/** Each text, number and boolean in the JSON becomes something of another type. */
		wrongTypes: z.boolean().optional(),
	}),
]);

export const injectionSchema = z.strictObject({
	provider: z.string().optional(),
	call: z.enum(calls),
	fault: faultSchema,
	/** Only requests about a job whose prompt contains this, its submit and its video included. */
	about: z.string().min(1).optional(),
	times: z.union([z.int().positive(), z.literal(Infinity)]).optional(),
	after: z.int().nonnegative().optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type Injection = z.infer<typeof injectionSchema>;

interface Waiting extends Injection {
	left: number;
	skip: number;
}

/** Injected faults, each waiting for the requests it was made for. */
export class FaultQueue {
	#waiting: Waiting[] = [];

	add(injection: Injection): void {
		const made = injectionSchema.parse(injection);
		this.#waiting.push({ ...made, left: made.times ?? 1, skip: made.after ?? 0 });
	}

	/**
	 * The fault for this request. The earliest injection goes first; each counts its `after` over
	 * all the requests it matches, also those that another injection took.
	 *
	 * @param prompt of the job that the request is about, or asks for
	 */
	take(
		{ provider, call }: Pick<SandboxRequest, 'provider' | 'call'>,
		prompt: string,
	): Fault | undefined {
		let taken: Fault | undefined;
		for (const injection of this.#waiting) {
			if (injection.call !== call) continue;
			if (injection.provider && injection.provider !== provider) continue;
			if (injection.about && !prompt.includes(injection.about)) continue;
			if (injection.skip > 0) injection.skip -= 1;
			else if (!taken) {
				injection.left -= 1;
				taken = injection.fault;
			}
		}
		this.#waiting = this.#waiting.filter(({ left }) => left > 0);
		return taken;
	}

	clear(): void {
		this.#waiting = [];
	}
}
