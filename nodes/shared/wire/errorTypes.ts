import type { ErrorCode } from '../types';

/**
 * The words in which providers type an error: fal's (https://docs.fal.ai/errors), which AI/ML API
 * passes on where fal serves it, the task errors of AIHubMax and EvoLink
 * (https://docs.evolink.ai/en/api-manual/task-management/error-codes), and those that their own
 * clients know.
 */
const codes: Record<string, ErrorCode> = {
	content_filter: 'content_policy',
	content_policy_violation: 'content_policy',
	generation_failed_no_content: 'content_policy',
	input_moderation_failed: 'content_policy',
	moderation_blocked: 'content_policy',
	no_media_generated: 'content_policy',
	sensitive_content: 'content_policy',

	file_download_error: 'image_unreadable',
	file_too_large_error: 'image_unreadable',
	image_dimension_mismatch: 'image_unreadable',
	image_load_error: 'image_unreadable',
	image_processing_error: 'image_unreadable',
	image_too_large: 'image_unreadable',
	image_too_small: 'image_unreadable',
	invalid_file_type: 'image_unreadable',
	invalid_image_url: 'image_unreadable',
	unsupported_image_format: 'image_unreadable',

	channel_selection_failed: 'model_unavailable',
	model_not_found: 'model_unavailable',
	model_unavailable: 'model_unavailable',
	no_available_channel: 'model_unavailable',
	no_available_model: 'model_unavailable',
	no_compatible_channel: 'model_unavailable',

	downstream_service_error: 'provider_unavailable',
	downstream_service_unavailable: 'provider_unavailable',
	generation_timeout: 'provider_unavailable',
	internal_server_error: 'provider_unavailable',
	resource_exhausted: 'provider_unavailable',
	service_error: 'provider_unavailable',
	service_unavailable: 'provider_unavailable',

	invalid_param: 'validation',
	invalid_parameters: 'validation',
	model_not_support_capability: 'validation',
	model_rule_violation: 'validation',
	request_cancelled: 'canceled',
	resource_not_found: 'not_found',
};

const raiseKeyLimit =
	'The limit of this API key is used up, not the balance: raise it in your account, or use another key';
const raiseDailyLimit =
	"Today's limit of this API key is used up, not the balance: raise it in your account, use another key, or wait until tomorrow";

/** What the user can do, where it is something else than the code says. */
const nextSteps: Record<string, string> = {
	file_too_large_error: 'Make the reference images smaller, for example with the Edit Image node',
	image_dimension_mismatch:
		'Resize the reference images as the message says, for example with the Edit Image node',
	insufficient_token_quota: raiseKeyLimit,
	key_quota_exhausted: raiseKeyLimit,
	token_daily_quota_exceeded: raiseDailyLimit,
	key_daily_quota_exhausted: raiseDailyLimit,
};

const codesByType = new Map(Object.entries(codes));
const nextStepsByType = new Map(Object.entries(nextSteps));

const entryOf = <Value>(entries: Map<string, Value>, type: unknown): Value | undefined =>
	typeof type === 'string' ? entries.get(type.toLowerCase()) : undefined;

/** Whether the same request may succeed later: a model without a channel now may have one then. */
export const isPassingErrorType = (type: unknown): boolean => {
	const code = codeOfErrorType(type);
	const isPassing = code === 'provider_unavailable' || code === 'rate_limited';
	return isPassing || (code === 'model_unavailable' && type !== 'model_not_found');
};

/** The code of a provider's error type; undefined where we do not know the type. */
export const codeOfErrorType = (type: unknown) => entryOf(codesByType, type);

/** What to do about a provider's error type; undefined where its code says enough. */
export const nextStepOfErrorType = (type: unknown) => entryOf(nextStepsByType, type);
