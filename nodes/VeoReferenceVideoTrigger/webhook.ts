import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { authenticationOf, deliveryOf, warn, triggerItem } from '../shared/callback/delivery';
import type { WebhookItem } from '../shared/callback/delivery';
import { OnceOnly } from '../shared/callback/once';
import { receive } from '../shared/callback/receive';
import type { Checks } from '../shared/callback/receive';
import { looksLikeToken } from '../shared/callback/token';
import { failureOfError } from '../shared/n8n/failure';
import type { Item } from '../shared/n8n/item';
import { keepSpentNonces, spentNoncesOf } from '../shared/n8n/state';
import { withError } from '../shared/job/job';
import type { VideoJob } from '../shared/job/job';
import { fetchVideo } from '../shared/video/download';
import { asNodeFailure } from '../shared/output/outcome';
import { lookAtEndedJob } from '../shared/job/read';
import { readSettings } from './settings';
import type { TriggerSettings } from './settings';

/**
 * Shared by all triggers of the process. It remembers nonces, and no two tokens have the same one.
 */
const once = new OnceOnly();

const warnings = {
	unknown_key:
		'A callback was refused: its token was made with another API key. Give the trigger the credential of the generating node.',
	other_receiver:
		'A callback was refused: its token was made for another trigger. Give the production URL of this trigger as Callback URL.',
	no_job_id: 'A callback was refused: no job ID was found in it.',
	strange_job_id:
		'A callback was refused: the job ID in it does not look like one of the provider.',
};

/** Checks a delivery and starts the workflow with what the provider itself says. */
export async function handleDelivery(functions: IWebhookFunctions): Promise<IWebhookResponseData> {
	const response = functions.getResponseObject();
	const delivery = await deliveryOf(functions);
	if (!looksLikeToken(delivery.token)) {
		response.status(401).json({ accepted: false });
		return { noWebhookResponse: true };
	}
	const item = triggerItem(functions);
	let settings: TriggerSettings | undefined;
	const checks: Checks = {
		...(await checksOf(item)),
		prepare: () => void (settings = readSettings(item)),
	};
	const verdict = await receive(delivery, delivery.token, checks);
	// Answered before a video is streamed: providers wait for ten to fifteen seconds only.
	response.status(verdict.status).json({ accepted: verdict.status === 200 });
	if (!('job' in verdict) || !settings) return { noWebhookResponse: true };
	const { job } = verdict;
	const run = isWanted(settings, job) ? [[await itemFor(item, settings, job)]] : undefined;
	// Last of all, so that it holds what other deliveries have spent meanwhile. It is saved because
	// we have answered ourselves.
	keepSpentNonces(functions, once.spentIn(checks.scope, checks.stored, checks.now));
	return { noWebhookResponse: true, workflowData: run };
}

async function checksOf(item: WebhookItem): Promise<Omit<Checks, 'prepare'>> {
	const { functions } = item;
	return {
		...(await authenticationOf(item)),
		once,
		receiver: functions.getNode().webhookId,
		scope: String(functions.getWorkflow().id ?? ''),
		stored: spentNoncesOf(functions),
		read: async (job) => await lookAtEndedJob(item, job),
		warn: (problem) => warn(functions, warnings[problem]),
	};
}

const isWanted = ({ events }: TriggerSettings, { status }: VideoJob): boolean =>
	events.includes(status === 'completed' ? 'completed' : 'failed');

/** A video that cannot be downloaded is still finished and paid for: the item keeps its link. */
async function itemFor(
	item: Item,
	{ binaryField: field }: TriggerSettings,
	job: VideoJob,
): Promise<INodeExecutionData> {
	if (field === undefined || job.videoUrl === null) return { json: { ...job } };
	try {
		const video = await fetchVideo(item, job.videoUrl, job.jobId, job.videoUrlExpiresAt);
		return { json: { ...job }, binary: { [field]: video } };
	} catch (error) {
		const failure = failureOfError(asNodeFailure(item, error));
		return { json: { ...withError(job, failure) } };
	}
}
