import { JobError } from '../n8n/failure';
import type { Item } from '../n8n/item';

/** Why no video came from a link. */
export interface Refusal {
	reason: string;
	httpCode?: number;
	mayRecover: boolean;
	/** n8n's own storage is the trouble. */
	isStorage?: boolean;
}

/** What the user reads, and what to do next, as exactly as it is known. */
export function downloadError(
	item: Item,
	jobId: string | null,
	expiresAt: string | null,
	refusal: Refusal,
) {
	const { reason, httpCode, mayRecover } = refusal;
	const isRefused =
		httpCode !== undefined && httpCode >= 400 && httpCode < 500 && ![408, 429].includes(httpCode);
	const hasExpired = isRefused && expiresAt !== null && Date.parse(expiresAt) <= Date.now();
	const isGone = hasExpired || [403, 404, 410].includes(Number(httpCode));
	const error = new JobError(
		item,
		{
			code: isGone ? 'not_found' : 'provider_unavailable',
			message: reason,
			retryable: mayRecover && !isGone,
		},
		{ httpCode },
	);
	error.message = hasExpired
		? `The video could not be downloaded: its link expired at ${expiresAt} (${reason})`
		: `The video could not be downloaded: ${reason}`;
	error.description = `${nextStep(refusal, { isGone, hasExpired }, jobId)}${jobId ? ` Job ID: ${jobId}` : ''}`;
	return error;
}

function nextStep(
	{ mayRecover, isStorage }: Refusal,
	{ isGone, hasExpired }: { isGone: boolean; hasExpired: boolean },
	jobId: string | null,
): string {
	if (isGone) {
		const state = hasExpired ? 'The link has expired' : 'The link has probably expired';
		return jobId
			? `${state}, and the provider was asked for a fresh one. Look for the video in its dashboard, and download sooner next time.`
			: `${state}. Give the job ID, so that the provider is asked for a fresh link.`;
	}
	if (isStorage) {
		return "Check n8n's storage of binary data, then run this node again: a download submits nothing.";
	}
	if (mayRecover) {
		return 'Run this node again: the video is paid for, and a download submits nothing.';
	}
	return jobId
		? 'Check the Video URL, or look for the video in the dashboard of the provider.'
		: 'Check the Video URL, or give the job ID, so that the provider is asked for its link.';
}
