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
import { explained, hasEnded, jobInState } from '../job';
import { toItem } from '../outcome';
import type { JobOutcome } from '../outcome';
import { pause } from '../pause';
import { readJob, unreadBecause } from '../read';
import { Patience } from '../wait';
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

	readonly patience = new Patience();
}

const sleeps = new DayCache(() => new Sleep());

/** Less than providers wait for an answer, and than a sleep may be woken again after. */
const answersWithinMs = 8000;

/** So long before its deadline an execution is left to it. */
const deadlineMarginMs = 2000;

const unknownKey =
	'A callback was refused: its token was made with another API key. If the credential was changed while the execution slept, its jobs leave at the deadline: use Job > Get.';

/**
 * A callback about a job of the sleeping execution: it goes on once all of them have ended, in the
 * order of its items. Must not throw: n8n would go on with an empty item.
 */
export async function handleWakeUp(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
	const heard = await within(answersWithinMs, hear(webhookItem(functions)));
	const { status, workflowData } = typeof heard === 'function' ? heard() : (heard ?? notNow);
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

/** The answer; or, when all jobs have ended, what gives it and wakes the execution, at once. */
async function hear(item: WebhookItem): Promise<Answer | (() => Answer)> {
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
	const { token } = authenticated;
	const own = parked[token.item];
	if (!own) return { status: 401 };
	const key = sleepKeyOf(execution, item.node, parked);
	const { gathering, patience } = sleeps.of(key, authentication.now);
	const look = async (index: number) => await lookAt(parked[index], index, patience);
	const heard = await gathering.hear(token.item, parked.length, look, authentication.now);
	if (heard !== 'complete') return heard === 'again' ? notNow : { status: 200 };
	return () => {
		const now = Date.now();
		// n8n goes on with the execution as it was when it called us, even if that has gone on since:
		// what came after would be run, and paid for, a second time.
		const deadline = deadlineOf(execution, item.node, parked, token.expires - tokenLifeMs);
		if (deadline === undefined || now > deadline - deadlineMarginMs) return notNow;
		if (!gathering.mayResume(now)) return { status: 200 };
		const useErrorOutput = item.node.onError === 'continueErrorOutput';
		const results = parked.map((outcome, index) =>
			toItem({ ...outcome, ...gathering.resultOf(index) }, useErrorOutput),
		);
		gathering.forget();
		return { status: 200, workflowData: [results] };
	};
}

/** What the work comes to, or undefined when it takes longer; it may then end unheard. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
	const done = new AbortController();
	const tooLate = pause(ms, done.signal).then(() => undefined);
	try {
		return await Promise.race([work, tooLate]);
	} finally {
		done.abort();
	}
}

/** The jobs as they were parked in the input of the sleeping node. */
function parkedIn(item: WebhookItem): JobOutcome[] {
	const input = item.functions.evaluateExpression('{{ $input.all() }}') as INodeExecutionData[];
	return input.map((entry, index) => outcomeOfParked({ ...item, index, input: entry }));
}

/** A job as it is, read with the user's own key; one that can never be read leaves as it was. */
async function lookAt(
	outcome: JobOutcome,
	index: number,
	patience: Patience,
): Promise<Sight<Ended>> {
	const { item, job, raw: parkedRaw } = outcome;
	if (!isAwaited(outcome)) return { ended: { job, raw: parkedRaw } };
	const { state, raw } = await readJob(item, String(job.jobId)).catch(unreadBecause);
	if (hasEnded(state)) return { ended: { job: jobInState(item.provider, job, state), raw } };
	const lost = patience.lostWith(index, state, Date.now());
	if (lost)
		return { lost: { job: { ...job, error: explained(item.provider, lost) }, raw: parkedRaw } };
	return state.status === 'unreadable' ? 'unknown' : 'running';
}
