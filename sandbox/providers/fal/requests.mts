import { z } from 'zod';
import { jsonAnswer } from '../../contract.mts';
import type { Answer, Exchange, SandboxState } from '../../contract.mts';
import type { Job } from '../../jobs.mts';
import { check } from '../../validation.mts';
import { bodyOf, outcomeAnswer, validationAnswer } from './answers.mts';

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const dayMs = 24 * 60 * 60 * 1000;

/** https://fal.ai/docs/platform-apis/v1/models/requests/by-endpoint */
const schema = z.strictObject({
	endpoint_id: z
		.string()
		.min(1)
		.transform((text) => text.split(','))
		.refine((ids) => ids.length <= 50, 'must be 1 to 50 ids'),
	start: time.optional(),
	end: time.optional(),
	status: z.enum(['success', 'error', 'user_error']).optional(),
	request_id: z.string().optional(),
	limit: z.coerce.number().int().min(1).max(100).default(50),
	cursor: z.string().optional(),
	expand: z.literal('payloads').optional(),
	sort_by: z.enum(['ended_at', 'duration']).optional(),
});

/**
 * The requests of the account, those of other people too. Whether it lists what still runs is not
 * documented, so the sandbox lists only what has ended, unless a prompt says otherwise.
 */
export function requestsByEndpoint(exchange: Exchange, { jobs }: SandboxState): Answer {
	const query = check(schema, exchange.query);
	if (query.problems) return validationAnswer(query.problems, 'query');
	const { endpoint_id: models, start = Date.now() - dayMs, limit, expand } = query.value;
	const { end = Infinity, status, request_id: id } = query.value;
	const from = Number(query.value.cursor ?? 0);
	const found = jobs
		.all()
		.filter((job) => job.provider === 'fal' && models.includes(job.model))
		.filter((job) => job.endedAt !== undefined || job.directives.has('listed-early'))
		// Which of its times the window is about is not documented.
		.filter(({ createdAt }) => createdAt >= start && createdAt < end)
		.filter((job) => status === undefined || status === statusOf(job))
		.filter((job) => id === undefined || job.id === id)
		.sort((one, other) => (other.endedAt ?? Infinity) - (one.endedAt ?? Infinity));
	const items = found
		.slice(from, from + limit)
		.map((job) => recordOf(job, expand !== undefined && !job.directives.has('not-stored')));
	const has_more = found.length > from + limit;
	return jsonAnswer(200, { items, next_cursor: has_more ? String(from + limit) : null, has_more });
}

function statusOf(job: Job): string | undefined {
	const { status } = outcomeAnswer(job);
	if (job.endedAt === undefined) return undefined;
	if (status < 400) return 'success';
	return status < 500 ? 'user_error' : 'error';
}

function recordOf(job: Job, withPayloads: boolean): object {
	const at = (ms: number) => new Date(ms).toISOString();
	const sent = { started_at: at(job.createdAt), sent_at: at(job.createdAt) };
	const asked = { request_id: job.id, endpoint_id: job.model, ...sent };
	const input = withPayloads ? { json_input: job.request } : {};
	if (job.endedAt === undefined) return { ...asked, ...input };
	const answer = outcomeAnswer(job);
	return {
		...asked,
		ended_at: at(job.endedAt),
		status_code: answer.status,
		duration: (job.endedAt - job.createdAt) / 1000,
		...input,
		...(withPayloads ? { json_output: bodyOf(answer) } : {}),
	};
}
