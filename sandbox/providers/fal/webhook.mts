import type { CallbackRules, SandboxState } from '../../contract.mts';
import type { Job } from '../../jobs.mts';
import { bodyOf, outcomeAnswer } from './answers.mts';

/** https://docs.fal.ai/model-apis/model-endpoints/webhooks. */
export const callbackRules: CallbackRules = {
	timeoutMilliseconds: 15_000,
	// fal retries ten times in two hours or more; here the same number within minutes.
	retryMilliseconds: [1, 2, 4, 8, 15, 30, 30, 30, 30, 30].map((seconds) => seconds * 1000),
	redirectIsFinal: true,
	sample: (prompt, callbackUrl) => ({
		body: { prompt, image_urls: ['https://cdn.example.org/sample.png'] },
		query: callbackUrl === undefined ? undefined : { fal_webhook: callbackUrl },
	}),
	payload: callbackPayload,
	headers: callbackHeaders,
};

/** https://fal.ai/docs/documentation/model-apis/inference/webhooks.md. */
function callbackPayload(job: Job): unknown {
	const ids = { request_id: job.id, gateway_request_id: job.gatewayId ?? job.id };
	if (job.directives.has('payload-error')) {
		const payload_error = 'Response payload is not JSON serializable.';
		return { ...ids, status: 'OK', payload: null, payload_error };
	}
	const outcome = outcomeAnswer({ ...job, failure: job.outcome.failure });
	const payload = bodyOf(outcome);
	if (outcome.status === 200) return { ...ids, status: 'OK', payload };
	return { ...ids, status: 'ERROR', error: `Invalid status code: ${outcome.status}`, payload };
}

function callbackHeaders(
	job: Job,
	body: string,
	{ signing }: SandboxState,
): Record<string, string> {
	const requestId = job.id;
	const userId = 'sandbox-user';
	const timestamp = String(Math.floor(Date.now() / 1000));
	return {
		'X-Fal-Webhook-Request-Id': requestId,
		'X-Fal-Webhook-User-Id': userId,
		'X-Fal-Webhook-Timestamp': timestamp,
		'X-Fal-Webhook-Signature': signing.sign({ requestId, userId, timestamp, body }),
	};
}
