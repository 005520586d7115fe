import { asObject, isSuccess, jobIdIn, noBalance } from '../shared/wire/answers';
import { readUnifiedError, unifiedTask, unifiedUpload } from '../shared/wire/unifiedTask';
import type { SellingProvider, VideoRequest } from '../shared/types';
import { evoLinkModels } from './evoLink.models';

/**
 * What EvoLink's own client sends with every submit
 * (https://github.com/EvoLinkAI/evolink-mcp). No document says what the server does with it, so
 * nothing here relies on it.
 */
function idempotencyOf({ submitKey }: VideoRequest) {
	if (submitKey === undefined) return undefined;
	const key = `run_${submitKey}`;
	return { 'Idempotency-Key': key, 'X-Evo-Run-Id': key };
}

/** https://docs.evolink.ai, API Manual, Video Series, Veo 3.1, and Task Management. */
export const evoLink: SellingProvider = {
	id: 'evolink',
	displayName: 'EvoLink',
	credential: 'veoEvoLinkApi',
	baseUrl: 'https://api.evolink.ai',
	models: evoLinkModels,

	...unifiedTask,
	submit: {
		...unifiedTask.submit,
		build: (request) => ({ ...unifiedTask.submit.build(request), headers: idempotencyOf(request) }),
	},

	// https://docs.evolink.ai/en/api-manual/file-series/upload-base64
	upload: unifiedUpload(
		({ bytes }) => ({
			method: 'POST',
			host: 'filesUrl',
			path: '/api/v1/files/upload/base64',
			body: { base64_data: bytes.toString('base64') },
		}),
		({ data }) => asObject(data).file_url,
	),

	// https://docs.evolink.ai/en/api-manual/account-management/get-credits: of the account; the key may
	// have a limit of its own, which stands beside it.
	balance: {
		build: () => ({ method: 'GET', path: '/v1/credits' }),
		parse(response) {
			if (!isSuccess(response)) return readUnifiedError(response);
			const { remaining_credits: amount } = asObject(asObject(response.body.data).user);
			return typeof amount === 'number' ? { amount, currency: 'credits' } : noBalance;
		},
	},

	// The body is the same as the answer to a task query. It is not signed.
	callback: {
		jobIdOf: ({ id }) => jobIdIn(id),
		isDocumented: true,
	},
};
