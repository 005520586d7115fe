import type { ErrorCode } from '../types';

/**
 * The words in which providers type an error: fal's (https://docs.fal.ai/errors), which AI/ML API
 * passes on where fal serves it, and the task errors of AIHubMax and EvoLink
 * (https://docs.evolink.ai/en/api-manual/task-management/error-codes).
 */
const codes: Record<string, ErrorCode> = {
	content_policy_violation: 'content_policy',
	no_media_generated: 'content_policy',

	file_download_error: 'image_unreadable',
	image_dimension_mismatch: 'image_unreadable',
	image_load_error: 'image_unreadable',
	image_processing_error: 'image_unreadable',
	image_too_large: 'image_unreadable',
	image_too_small: 'image_unreadable',
	invalid_file_type: 'image_unreadable',
	invalid_image_url: 'image_unreadable',
	unsupported_image_format: 'image_unreadable',

	downstream_service_error: 'provider_unavailable',
	downstream_service_unavailable: 'provider_unavailable',
	generation_failed_no_content: 'provider_unavailable',
	generation_timeout: 'provider_unavailable',
	internal_server_error: 'provider_unavailable',
	no_compatible_channel: 'provider_unavailable',
	resource_exhausted: 'provider_unavailable',
	service_error: 'provider_unavailable',
	service_unavailable: 'provider_unavailable',

	invalid_parameters: 'validation',
	model_not_found: 'validation',
	request_cancelled: 'canceled',
	resource_not_found: 'not_found',
};

const codesByType = new Map(Object.entries(codes));

/** The code of a provider's error type; undefined where we do not know the type. */
export const codeOfErrorType = (type: unknown): ErrorCode | undefined =>
	typeof type === 'string' ? codesByType.get(type) : undefined;
