import { describeText } from '../wire/answers';
import type { Item } from '../n8n/item';
import { jitter, pause } from '../time/pause';
import { retry } from '../time/retry';
import { isAnswer, retryAfterMs, send } from '../http/send';
import type { JobState, VideoProvider, WireRequest, WireResponse } from '../types';

export interface Reading {
	state: JobState;
	/** The provider's last answer, for those who switch Simplify off. */
	raw: WireResponse['body'] | null;
	/** How long the provider asked to be left alone. */
	retryAfterMs?: number;
}

type Question = Pick<VideoProvider['status'], 'build'> & {
	parse(response: WireResponse): JobState;
};

/** One look at a job: its status and, where the status of an ended job has none, its result. */
export async function readJob(item: Item, jobId: string): Promise<Reading> {
	const { provider } = item;
	const reading = await ask(item, provider.status.build(jobId), provider.status);
	const { state } = reading;
	if (state.status !== 'settled' || !provider.result) return reading;
	const { build, parse } = provider.result;
	return await ask(item, build(jobId), { build, parse: (response) => parse(response, state) });
}

async function ask(item: Item, request: WireRequest, { parse }: Question): Promise<Reading> {
	const answer = await send(item, request);
	if (isAnswer(answer)) {
		return {
			state: parse(answer),
			raw: answer.body,
			retryAfterMs: retryAfterMs(answer, Date.now()),
		};
	}
	return {
		raw: null,
		state: {
			status: 'unreadable',
			failure: { code: 'provider_unavailable', message: answer.message, retryable: true },
		},
	};
}

/**
 * One look at a job that is paid for. An error while asking does not mean that the job has ended.
 */
export const lookAtJob = async (item: Item, jobId: string): Promise<Reading> =>
	await readJob(item, jobId).catch(unreadBecause);

/**
 * The reading when the question itself has failed: nothing is known now, but asking again may help.
 */
const unreadBecause = (error: Error): Reading => ({
	raw: null,
	state: {
		status: 'unreadable',
		failure: {
			code: 'provider_unavailable',
			message: describeText(error.message) || 'the job could not be read',
			retryable: true,
		},
	},
});

const maxAttempts = 4;
const longestWaitMs = 30_000;

/** Reads until the provider answers: a paid job must not look lost because one GET was unlucky. */
export const readJobPatiently = async (item: Item, jobId: string): Promise<Reading> =>
	await untilFinished(item, async () => await readUntilAnswered(item, jobId));

/**
 * A look at a job that its provider has called about. It is not certain that the provider calls
 * again.
 */
export const lookAtEndedJob = async (item: Item, jobId: string): Promise<Reading> =>
	await untilFinished(item, async () => await lookAtJob(item, jobId));

const finishingMs = 1000;

/** Some providers say `completed` a moment before there is a video. This waits that moment. */
async function untilFinished(item: Item, read: () => Promise<Reading>): Promise<Reading> {
	let reading = await read();
	for (let attempt = 1; attempt < maxAttempts && isFinishing(reading); attempt++) {
		await pause(jitter(finishingMs), item.signal);
		const next = await read();
		// A question that failed does not change what is known.
		if (next.state.status === 'unreadable') break;
		reading = next;
	}
	return reading;
}

/** When the provider asks for a longer break than that moment, what is known is the answer. */
const isFinishing = ({ state, retryAfterMs: breakMs = 0 }: Reading): boolean =>
	'isFinishing' in state && breakMs <= finishingMs;

const readUntilAnswered = async (item: Item, jobId: string): Promise<Reading> =>
	await retry(async () => await readJob(item, jobId), {
		attempts: maxAttempts,
		firstDelayMs: 500,
		mayRepeat: ({ state }) => state.status === 'unreadable' && state.failure.retryable,
		askedMs: ({ retryAfterMs: asked }) => asked && Math.min(asked, longestWaitMs),
		signal: item.signal,
	});
