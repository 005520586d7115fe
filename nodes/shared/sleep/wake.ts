import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { authenticationOf, deliveryOf, warn, webhookItem } from '../callback/delivery';
import type { WebhookItem } from '../callback/delivery';
import { authenticate } from '../callback/receive';
import { looksLikeToken, openToken } from '../callback/token';
import type { CallbackToken } from '../callback/token';
import { chosenProvider } from '../input/provider';
import { hasEnded, jobInState, withFailure } from '../job/job';
import { lookAtEndedJob, lookAtJob } from '../job/read';
import { timedOut } from '../job/wait';
import { inputOf } from '../n8n/platform';
import { toItems } from '../output/jobItem';
import { isAwaited } from '../output/outcome';
import type { JobOutcome } from '../output/outcome';
import { pause } from '../time/pause';
import type { Delivery, Failure, JobState, Providers } from '../types';
import type { JobReading } from './gathering';
import { parkedOutcome } from './park';
import { sleepPath } from './plan';
import { isOver, sleeperOf, sleepOf, watcherKeyOf } from './sleep';
import type { Ended } from './sleep';

/**
 * How n8n reaches a sleeping node. No expression stands here: n8n 2.41 cannot evaluate any, when it
 * looks for the webhook, in a workflow with combined binary data.
 */
export const sleepWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		path: sleepPath,
		isFullPath: true,
		restartWebhook: true,
		responseMode: 'onReceived',
		responseData: '',
	},
];

/** What the editor shows while the node sleeps. */
export const sleepTooltip = 'Goes on when every video has finished';

/**
 * Shorter than providers wait for an answer, and shorter than the time after which a sleep may be
 * woken again.
 */
const answersWithinMs = 8000;

/**
 * Refusals count when they are so far apart. Callbacks about other jobs ask about this one as well,
 * and it may still run.
 */
const refusalsApartMs = { own: 900, others: 10_000 };

/** What a last look at the jobs may take before the execution goes on without it. */
const lastLookMs = 5000;

const unknownKey =
	'A callback was refused: its token was made with another API key. If the credential was changed while the execution slept, its jobs are returned after Timeout: use Job > Get.';

/**
 * A callback about a job of the sleeping execution: it goes on once all of them have ended, in the
 * order of its items. Must not throw: n8n would go on with an empty item.
 */
export async function handleWakeUp(
	functions: IWebhookFunctions,
	providers: Providers,
): Promise<IWebhookResponseData> {
	const provider = chosenProvider(functions, providers, () =>
		functions.getNodeParameter('provider', null),
	);
	const { status, workflowData } = await inTime(
		async (isLate) => await onCallback(webhookItem(functions, provider), isLate),
	);
	functions
		.getResponseObject()
		.status(status)
		.json({ accepted: status === 200 });
	return { noWebhookResponse: true, workflowData };
}

type Authenticated = { token: CallbackToken };

interface Answer {
	status: number;
	workflowData?: INodeExecutionData[][];
}

/** The callback is to be delivered again. */
const notNow: Answer = { status: 503 };

/** The sleep that the node's own watcher calls out of has ended. */
const gone: Answer = { status: 410 };

/** Answers before the caller gives up. The work goes on, and the next delivery finds it done. */
async function inTime(work: (isLate: () => boolean) => Promise<Answer>): Promise<Answer> {
	const timer = new AbortController();
	let isLate = false;
	const late = pause(answersWithinMs, timer.signal).then(() => {
		isLate = true;
		return notNow;
	});
	try {
		return await Promise.race([work(() => isLate), late]);
	} finally {
		timer.abort();
	}
}

async function onCallback(item: WebhookItem, isLate: () => boolean): Promise<Answer> {
	const { functions } = item;
	const delivery = await deliveryOf(functions);
	if (!looksLikeToken(delivery.token)) return { status: 401 };
	const authenticated = ofOwnWatcher(item, delivery.token) ?? (await ofCaller(item, delivery));
	if ('status' in authenticated) return authenticated;

	const parked = parkedIn(item);
	const total = parked.length;
	const { token } = authenticated;
	const own = parked[token.item];
	if (!own) return { status: 401 };
	const sleep = sleepOf(functions);
	if (!sleep) return notNow;
	const { gathering, patience } = sleep;
	const read = async (index: number) => {
		const isOwn = index === token.item;
		const apartMs = isOwn ? refusalsApartMs.own : refusalsApartMs.others;
		return await readParked(parked[index], isOwn ? lookAtEndedJob : lookAtJob, (state) =>
			patience.lostWith(index, state, Date.now(), apartMs),
		);
	};
	const { watcher } = token;
	if (watcher && watcher.run !== sleep.run) return gone;
	if (watcher?.isFinal) {
		await Promise.race([gathering.readRest(total, read), pause(lastLookMs)]);
	} else {
		const verdict = watcher
			? await gathering.onWatcher(total, read)
			: await gathering.onCallback(token.item, total, read, Date.now());
		if (verdict === 'again') return notNow;
		if (verdict === 'asleep') return { status: 200 };
	}

	const now = Date.now();
	// n8n goes on with the execution as it was when it called us, even if that has gone on since:
	// what came after would be run, and paid for, a second time.
	if (isLate() || isOver(functions, sleep) || now > sleep.lastCall) return notNow;
	const mayResume = watcher?.isFinal
		? gathering.mayResumeUnfinished(now)
		: gathering.mayResume(total, now);
	if (!mayResume) return { status: 200 };
	const outcomes = parked.map((outcome, index) => ({
		...outcome,
		...(gathering.resultOf(index) ?? outOfTime(outcome)),
	}));
	sleep.end();
	return { status: 200, workflowData: [toItems(item.node, outcomes)] };
}

/** The token of the watcher that lives in this process, if it is one. */
function ofOwnWatcher(
	{ functions, provider }: WebhookItem,
	text: string,
): Authenticated | undefined {
	const key = watcherKeyOf(functions);
	const opened = key === undefined ? undefined : openToken(key, text, Date.now());
	if (!opened || !('token' in opened)) return undefined;
	const { token } = opened;
	const isOwn = token.watcher && token.sleeper === sleeperOf(functions);
	return isOwn && token.provider === provider.id ? { token } : undefined;
}

const ofCaller = async (item: WebhookItem, delivery: Delivery & { token: string }) =>
	await authenticate(delivery, delivery.token, {
		...(await authenticationOf(item)),
		sleeper: sleeperOf(item.functions),
		warn: () => warn(item.functions, unknownKey),
	});

/** A job that has not ended when the time is up: it is paid for, and Get can ask for it later. */
function outOfTime(outcome: JobOutcome): Ended {
	const { item, job, raw } = outcome;
	if (!isAwaited(outcome)) return { job, raw };
	return { job: withFailure(item.provider, job, timedOut), raw };
}

/** The jobs as they were parked in the input of the sleeping node. */
function parkedIn(item: WebhookItem): JobOutcome[] {
	return inputOf(item).map((input, index) => parkedOutcome({ ...item, index, input }));
}

/** Reads a job with the user's own key. One that can never be read leaves as it was parked. */
async function readParked(
	outcome: JobOutcome,
	look: typeof lookAtJob,
	lostWith: (state: JobState) => Failure | undefined,
): Promise<JobReading<Ended>> {
	const { item, job, raw: parkedRaw } = outcome;
	if (!isAwaited(outcome)) return { ended: { job, raw: parkedRaw } };
	const { state, raw } = await look(item, job);
	if (hasEnded(state)) return { ended: { job: jobInState(item.provider, job, state), raw } };
	const lost = lostWith(state);
	if (lost) return { lost: { job: withFailure(item.provider, job, lost), raw: parkedRaw } };
	return state.status === 'unreadable' ? 'unknown' : 'running';
}
