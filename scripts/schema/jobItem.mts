import { z } from 'zod';

import type { VideoJob } from '../../nodes/shared/job/job.ts';
import type { Balance } from '../../nodes/shared/types.ts';

const codes = [
	'authentication',
	'insufficient_balance',
	'permission',
	'validation',
	'content_policy',
	'image_unreadable',
	'rate_limited',
	'not_found',
	'model_unavailable',
	'provider_unavailable',
	'timeout',
	'canceled',
	'unknown',
] as const;

/** The item that leaves every operation and the trigger. */
const jobItem = z.object({
	provider: z.string(),
	model: z.string().nullable(),
	jobId: z.string().nullable(),
	status: z.enum(['queued', 'in_progress', 'completed', 'failed', 'canceled']).nullable(),
	progress: z.number().nullable(),
	videoUrl: z.url().nullable(),
	videoUrlExpiresAt: z.iso.datetime().nullable(),
	error: z
		.object({
			code: z.enum(codes),
			message: z.string(),
			retryable: z.boolean(),
			accepted: z.enum(['no', 'maybe', 'yes']),
		})
		.nullable(),
	cost: z
		.object({
			amount: z.number(),
			currency: z.enum(['USD', 'credits']),
			kind: z.enum(['estimated', 'reserved', 'charged']),
		})
		.nullable(),
	metadata: z.record(z.string(), z.unknown()).nullable(),
});

type Typed<Job> = Omit<Job, 'metadata'>;
type Same<One, Other> = [One, Other] extends [Other, One] ? true : never;

// A change of the job's type that is not made here does not compile.
true satisfies Same<Typed<VideoJob>, Typed<z.infer<typeof jobItem>>>;

/**
 * As JSON Schema. The editor previews an object only where `type` says nothing but "object", so what
 * may be null is marked in OpenAPI's way. `input`: further keys, such as `raw`, are allowed.
 */
export const jobItemSchema = z.toJSONSchema(jobItem, { target: 'openapi-3.0', io: 'input' });

const balanceItem = z.object({
	provider: z.string(),
	balance: z.object({ amount: z.number(), currency: z.string() }).nullable(),
});

true satisfies Same<Balance, NonNullable<z.infer<typeof balanceItem>['balance']>>;

/** The one exception: what the operation Get Balance returns. */
export const balanceItemSchema = z.toJSONSchema(balanceItem, {
	target: 'openapi-3.0',
	io: 'input',
});

/** By the path of an operation, such as `video/generate`. */
export const schemaOf = (operation?: string) =>
	operation === 'account/getBalance' ? balanceItemSchema : jobItemSchema;
