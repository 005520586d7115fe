import type { SandboxState } from './contract.mts';
import type { Directives } from './directives.mts';
import type { JobFailure } from './jobs.mts';

/**
 * How an accepted job will fail: as its prompt says, or because of an image. Undefined when it
 * completes.
 */
export function failureOf(
	asked: Directives,
	images: string[],
	{ uploads }: SandboxState,
	ownReasons: string[] = [],
): JobFailure | undefined {
	const reasons = ['content-policy', 'generation-failed', ...ownReasons];
	const reason = reasons.find((name) => asked.has(name));
	if (reason) return { reason };
	const image = asked.has('image-unreadable') ? 0 : uploads.firstUnreadable(images);
	return image < 0 ? undefined : { reason: 'image-unreadable', image };
}
