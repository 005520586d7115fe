import type { INodePropertyOptions } from 'n8n-workflow';

import { aiHubMax } from '../AiHubMaxVeo/aiHubMax.provider';
import { aimlApi } from '../AimlApiVeo/aimlApi.provider';
import { evoLink } from '../EvoLinkVeo/evoLink.provider';
import { fal } from '../FalVeo/fal.provider';
import { shortApi } from '../ShortApiVeo/shortApi.provider';
import { simulator } from '../VeoReferenceVideo/simulator.provider';
import type { ModelSpec, SellingProvider, VideoProvider } from './types';

/** Every provider that one can buy from; fields, tests and documentation start here. */
export const providers: readonly SellingProvider[] = [fal, aimlApi, aiHubMax, shortApi, evoLink];

/** What the dropdowns offer. The simulator is last: nobody buys from it. */
export const providersAndSimulator: readonly VideoProvider[] = [...providers, simulator];

/** Models of all providers that satisfy a condition, for errors that name what would work. */
export function modelsThat(can: (model: ModelSpec) => boolean): string[] {
	return providers.flatMap((provider) =>
		provider.models.filter(can).map((model) => `${model.name} (${provider.displayName})`),
	);
}

/** Names of the providers that satisfy a condition. */
export const providersThat = (can: (provider: VideoProvider) => boolean): string[] =>
	providers.filter(can).map(({ displayName }) => displayName);

/** An entry of the dropdowns that choose a provider. */
export const asProviderOption = ({
	displayName,
	id,
	description,
}: VideoProvider): INodePropertyOptions => ({
	name: displayName,
	value: id,
	...(description && { description }),
});
