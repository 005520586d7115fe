import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { authenticationOf, deliveryOf, warn, webhookItem } from '../callback/delivery';
import type { WebhookItem } from '../callback/delivery';
import { authenticate } from '../callback/receive';
import { tokenLifeMs } from '../callback/token';
import { explained, hasEnded, jobInState } from '../job/job';
import { toItem } from '../output/outcome';
import type { JobOutcome } from '../output/outcome';
import { pause } from '../time/pause';
import { lookAtJob } from '../job/read';
import type { Failure, JobState } from '../types';
import { Patience } from '../job/wait';
import { DayCache } from './dayCache';
import { Gathering } from './gathering';
import type { Sight } from './gathering';
import { deadlineOf, isAwaited, outcomeOfParked, sleepKeyOf } from './park';

/** How n8n reaches a sleeping node; `readResumeAddress` builds the URL for it. */
export const sleepWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		path: '={{ $nodeId }}',
		isFullPath: true,
		restartWebhook: true,
		responseMode: 'onReceived',
		responseData: '',
	},
];

/** Of a job that has ended; without its item, which holds on to the whole execution. */
type Ended = Pick<JobOutcome, 'job' | 'raw'>;

/** What is known of the jobs of a sleep. */
class Sleep {
	readonly gathering = new Gathering<Ended>();

	/** One refusal may be a gateway's mood: the provider calls again. */
	readonly patience = new Patience([]);
}

const sleeps = new DayCache<Sleep>();

/** Less than providers wait for an answer, and than a sleep may be woken again after. */
const answersWithinMs = 8000;

/** Refusals of this distance count. About a job that may still run, callbacks of others ask as well. */
const refusalsApartMs = { own: 900, others: 10_000 };

/** So long before its deadline an execution is left to it. */
const deadlineMarginMs = 2000;

const unknownKey =
	'A callback was refused: its token was made with another API key. If the credential was changed while the execution slept, its jobs leave at the deadline: use Job > Get.';

/**
 * A callback about a job of the sleeping execution: it goes on once all of them have ended, in the
 * order of its items. Must not throw: n8n would go on with an empty item.
 */
export async function handleWakeUp(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { status, workflowData } = await inTime(
		async (isLate) => await hear(webhookItem(functions), isLate),
	);
	functions
		.getResponseObject()
		.status(status)
		.json({ accepted: status === 200 });
	return { noWebhookResponse: true, workflowData };
}

interface Answer {
	status: number;
	workflowData?: INodeExecutionData[][];
}

/** To be delivered again. */
const notNow: Answer = { status: 503 };

/** What takes longer than its caller waits is not lost: the next delivery finds it done. */
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

async function hear(item: WebhookItem, isLate: () => boolean): Promise<Answer> {
	const { functions } = item;
	const execution = functions.getExecutionId();
	const delivery = deliveryOf(functions);
	const authentication = await authenticationOf(item);
	const authenticated = await authenticate(delivery, delivery.token, {
		...authentication,
		execution,
		warn: () => warn(functions, unknownKey),
	});
	if ('status' in authenticated) return authenticated;

	const parked = parkedIn(item);
	const total = parked.length;
	const { token } = authenticated;
	const own = parked[token.item];
	if (!own) return { status: 401 };
	const key = sleepKeyOf(execution, item.node, parked);
	const sleep = sleeps.get(key) ?? new Sleep();
	sleeps.set(key, sleep, authentication.now);
	const { gathering, patience } = sleep;
	const look = async (index: number) => {
		const apartMs = index === token.item ? refusalsApartMs.own : refusalsApartMs.others;
		return await lookAt(parked[index], (state) =>
			patience.lostWith(index, state, Date.now(), apartMs),
		);
	};
	const heard = await gathering.hear(token.item, total, look, authentication.now);
	if (heard !== 'complete') return heard === 'again' ? notNow : { status: 200 };

	const now = Date.now();
	const deadline = deadlineOf(execution, item.node, parked, token.expires - tokenLifeMs);
	// n8n goes on with the execution as it was when it called us, even if that has gone on since:
	// what came after would be run, and paid for, a second time.
	if (isLate() || deadline === undefined || now > deadline - deadlineMarginMs) return notNow;
	if (!gathering.mayResume(total, now)) return { status: 200 };
	const useErrorOutput = item.node.onError === 'continueErrorOutput';
	const results = parked.map((outcome, index) =>
		toItem({ ...outcome, ...gathering.resultOf(index) }, useErrorOutput),
	);
	gathering.forget();
	return { status: 200, workflowData: [results] };
}

/** The jobs as they were parked in the input of the sleeping node. */
function parkedIn(item: WebhookItem): JobOutcome[] {
	const input = item.functions.evaluateExpression('{{ $input.all() }}') as INodeExecutionData[];
	return input.map((entry, index) => outcomeOfParked({ ...item, index, input: entry }));
}

/** A job as it is, read with the user's own key; one that can never be read leaves as it was. */
async function lookAt(
	outcome: JobOutcome,
	lostWith: (state: JobState) => Failure | undefined,
): Promise<Sight<Ended>> {
	const { item, job, raw: parkedRaw } = outcome;
	if (!isAwaited(outcome)) return { ended: { job, raw: parkedRaw } };
	const { state, raw } = await lookAtJob(item, String(job.jobId));
	if (hasEnded(state)) return { ended: { job: jobInState(item.provider, job, state), raw } };
	const lost = lostWith(state);
	if (lost)
		return { lost: { job: { ...job, error: explained(item.provider, lost) }, raw: parkedRaw } };
	return state.status === 'unreadable' ? 'unknown' : 'running';
}
