import type { IDataObject, IN8nHttpFullResponse } from 'n8n-workflow';

import type { Item } from './item';

/**
 * Calls an address of this n8n itself. Any status is an answer; undefined where there is none, as
 * while n8n restarts.
 */
export async function postToSelf(
	{ functions }: Pick<Item, 'functions'>,
	url: string,
	{ body = {}, timeoutMs = 15_000 }: { body?: IDataObject; timeoutMs?: number } = {},
): Promise<IN8nHttpFullResponse | undefined> {
	try {
		return (await functions.helpers.httpRequest({
			method: 'POST',
			url,
			body,
			json: true,
			timeout: timeoutMs,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		})) as IN8nHttpFullResponse;
	} catch {
		return undefined;
	}
}

/** What stands in an answer of n8n, whatever its shape. */
export const textOfAnswer = (answer: IN8nHttpFullResponse | undefined): string =>
	JSON.stringify(answer?.body ?? '');
