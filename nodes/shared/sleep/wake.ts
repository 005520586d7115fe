import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { authenticationOf, deliveryOf, warn, webhookItem } from '../callback/delivery';
import type { WebhookItem } from '../callback/delivery';
import { authenticate } from '../callback/receive';
import { hasEnded, jobInState } from '../job';
import { toItem } from '../outcome';
import type { JobOutcome } from '../outcome';
import { readJob, unreadBecause } from '../read';
import { Gatherings } from './gathering';
import { isAwaited, outcomeOfParked } from './park';

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

const gatherings = new Gatherings<Ended>();

const unknownKey =
	'A callback was refused: its token was made with another API key. If the credential was changed while the execution slept, its jobs leave at the deadline: use Job > Get.';

/**
 * A callback about a job of the sleeping execution: it goes on once all of them have ended, in the
 * order of its items. Must not throw: n8n would go on with an empty item.
 */
export async function handleWakeUp(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
	const item = webhookItem(functions);
	const { status, workflowData } = await hear(item);
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

async function hear(item: WebhookItem): Promise<Answer> {
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
	// Job ids are new in each round of a loop, in which execution and node stay the same.
	const key = [execution, item.node.id, parked.find(isAwaited)?.job.jobId].join('/');
	const gathering = gatherings.of(key, authentication.now);
	const look = async (index: number) => await endOf(parked[index]);
	const heard = await gathering.hear(token.item, parked.length, look, authentication.now);
	if (heard !== 'complete') return { status: heard === 'running' ? 503 : 200 };
	const useErrorOutput = item.node.onError === 'continueErrorOutput';
	const results = parked.map((outcome, index) =>
		toItem({ ...outcome, ...gathering.resultOf(index) }, useErrorOutput),
	);
	return { status: 200, workflowData: [results] };
}

/** The jobs as they were parked in the input of the sleeping node. */
function parkedIn(item: WebhookItem): JobOutcome[] {
	const input = item.functions.evaluateExpression('{{ $input.all() }}') as INodeExecutionData[];
	return input.map((entry, index) => outcomeOfParked({ ...item, index, input: entry }));
}

/** What became of a job, read with the user's own key; undefined while that is not known. */
async function endOf(outcome: JobOutcome): Promise<Ended | undefined> {
	const { item, job, raw: parkedRaw } = outcome;
	if (!isAwaited(outcome)) return { job, raw: parkedRaw };
	const { state, raw } = await readJob(item, String(job.jobId)).catch(unreadBecause);
	return hasEnded(state) ? { job: jobInState(item.provider, job, state), raw } : undefined;
}
