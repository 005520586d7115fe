import type { Item } from '../nodes/shared/n8n/item';
import type { VideoProvider } from '../nodes/shared/types';

/** As much of an item as parameters are read from. */
export const itemWith = (
	parameters: Record<string, unknown>,
	provider = {} as VideoProvider,
): Item => ({
	index: 0,
	node: { id: 'x', name: 'x', type: 'x', typeVersion: 1, position: [0, 0], parameters: {} },
	input: { json: {} },
	functions: {} as Item['functions'],
	credentials: async () => await Promise.resolve({}),
	provider,
	parameter: (name) => parameters[name] ?? null,
});
