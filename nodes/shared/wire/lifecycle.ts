import type { Lifecycle } from '../types';

/**
 * Google has shut down the previews under which it sold Veo 3.1. A provider may serve it from
 * elsewhere under its own name; none documents whether it does.
 */
export const veoPreviewEnded = {
	state: 'upstream_retired',
	since: '2026-10-22',
	source: 'https://ai.google.dev/gemini-api/docs/deprecations',
} as const satisfies Lifecycle;
