import { NodeOperationError } from 'n8n-workflow';
import type { INode } from 'n8n-workflow';

import type { Providers, VideoProvider } from '../types';

/**
 * The provider that a node is set to; a provider's own node has one and no dropdown.
 *
 * @throws NodeOperationError when an expression or saved JSON names another one
 */
export function chosenProvider(
	functions: { getNode(): INode },
	providers: Providers,
	parameter: () => unknown,
): VideoProvider {
	if (providers.length === 1) return providers[0];
	const id = parameter() ?? providers[0].id;
	const provider = providers.find((candidate) => candidate.id === id);
	if (provider) return provider;
	const ids = providers.map((candidate) => candidate.id).join(', ');
	throw new NodeOperationError(
		functions.getNode(),
		'The provider is not in the list of this node',
		{
			description: `Choose one of: ${ids}`,
		},
	);
}
