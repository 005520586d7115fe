import { join } from 'node:path';

import { CACHE, ROOT } from '../folders.mts';

/** Where the browser tests put what they take for the documents. */
export const TAKEN = join(CACHE, 'browser', 'docs');

/** Where the documents find them. */
export const IMAGES = join(ROOT, 'docs', 'images');

/** Larger ones make a page slow, and are mostly a larger piece of the screen than is needed. */
export const MAX_BYTES = 150_000;

/** The pictures of the documents, each with the browser test that takes it; `*` ends the name of a set. */
export const pictures: Record<string, string> = {
	'credential-dialog': 'a new credential of fal.ai',
	'choose-an-action': 'the first video',
	'find-the-node': 'the first video',
	'first-video-form': 'the first video',
	'first-video-item': 'the first video',
	'first-video-plays': 'the first video',
	'price-notice': 'the form of the unified node shows what',
	'sleeping-executions': 'executions that sleep',
	'trigger-panel': 'the panel of the trigger',
	'workflow-*': 'the canvas of a workflow to import',
};

/** The name in the list that this picture, or a set with it, has. */
export const entryOf = (picture: string): string | undefined =>
	Object.keys(pictures).find((entry) =>
		entry.endsWith('*') ? picture.startsWith(entry.slice(0, -1)) : picture === entry,
	);
