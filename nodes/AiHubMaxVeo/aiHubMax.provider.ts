import { unifiedTask, unifiedUpload } from '../shared/wire/unifiedTask';
import type { SellingProvider } from '../shared/types';
import { aiHubMaxModels } from './aiHubMax.models';

/** https://docs.aihubmax.com, Video Series, Veo 3.1, and Task Management. */
export const aiHubMax: SellingProvider = {
	id: 'aihubmax',
	displayName: 'AIHubMax',
	credential: 'veoAiHubMaxApi',
	baseUrl: 'https://api.aihubmax.com',
	models: aiHubMaxModels,

	...unifiedTask,
	// Its clients warn that a 429 does not justify a second paid submit.
	submit: { ...unifiedTask.submit, isNeverRepeated: true },

	upload: unifiedUpload(
		({ bytes, fileName }) => ({
			method: 'POST',
			path: '/v1/files/upload/base64',
			body: { file_data: bytes.toString('base64'), file_name: fileName },
		}),
		({ url }) => url,
	),
};
