import { describeText } from '../shared/wire/answers';
import { isModelId } from '../shared/wire/modelId';
import type { VideoProvider } from '../shared/types';
import { rowOf } from './aimlApi.rows';

/**
 * https://docs.aimlapi.com/api-references/service-endpoints/model-deprecations: requests of a
 * withdrawn model are answered 404; one that is deprecated or superseded is still served.
 */
export const aimlApiWithdrawals: NonNullable<VideoProvider['withdrawals']> = {
	build: () => ({ method: 'GET', path: '/v1/models/deprecations' }),
	parse({ body }, modelId) {
		const row = rowOf(body, modelId);
		if (row?.status !== 'withdrawn') return undefined;
		const successor =
			typeof row.replaced_by === 'string' && isModelId(row.replaced_by)
				? row.replaced_by
				: undefined;
		const reason = describeText(row.reason);
		return { message: reason || `the model "${modelId}" has been withdrawn`, successor };
	},
};
