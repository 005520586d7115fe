import type { VideoProvider } from '../types';

/** Longer than every ID that was seen, and short enough for an address. */
const maxLength = 300;

const isUsable = (jobId: string): boolean =>
	jobId.length <= maxLength &&
	/^[\w.:~@+=,/-]+$/.test(jobId) &&
	// A segment of dots would lead to another address: no encoding changes it.
	!jobId.split('/').some((segment) => /^\.+$/.test(segment));

/**
 * Why a text that somebody calls a job ID is none of this provider's; undefined where it may be one.
 *
 * `unusable`: of no provider's, and must not be asked for. `other_shape`: not like the provider's
 * documented ones.
 */
export function whyNotJobId(
	{ jobIdPattern }: Pick<VideoProvider, 'jobIdPattern'>,
	jobId: string,
): 'unusable' | 'other_shape' | undefined {
	if (!isUsable(jobId)) return 'unusable';
	return jobIdPattern && !jobIdPattern.test(jobId) ? 'other_shape' : undefined;
}
