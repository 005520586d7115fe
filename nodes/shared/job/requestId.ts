import { createHash, randomUUID } from 'node:crypto';

import type { VideoRequest } from '../types';

/**
 * A name for one submit. It begins with what is the same for the same model and prompt, so that the
 * owner finds other submits of that video beside it.
 */
export const newRequestId = ({ model, prompt }: Pick<VideoRequest, 'model' | 'prompt'>): string =>
	`${hashOf([model.id, prompt])}-${randomUUID()}`;

const hashOf = (values: string[]) =>
	createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
