import { asObject, isSuccess, noBalance } from '../shared/wire/answers';
import { readUnifiedError, unifiedTask, unifiedUpload } from '../shared/wire/unifiedTask';
import type { SellingProvider } from '../shared/types';
import { evoLinkModels } from './evoLink.models';

/** https://docs.evolink.ai, API Manual, Video Series, Veo 3.1, and Task Management. */
export const evoLink: SellingProvider = {
	id: 'evolink',
	displayName: 'EvoLink',
	credential: 'veoEvoLinkApi',
	baseUrl: 'https://api.evolink.ai',
	models: evoLinkModels,

	...unifiedTask,

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
		jobIdOf: ({ id }) => (typeof id === 'string' && id ? id : undefined),
		isDocumented: true,
	},
};
