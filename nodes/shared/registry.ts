import { aiHubMax } from '../AiHubMaxVeo/aiHubMax.provider';
import { aimlApi } from '../AimlApiVeo/aimlApi.provider';
import { evoLink } from '../EvoLinkVeo/evoLink.provider';
import { fal } from '../FalVeo/fal.provider';
import { shortApi } from '../ShortApiVeo/shortApi.provider';
import type { ModelSpec, VideoProvider } from './types';

/** Every provider; dropdowns, fields, tests and documentation start here. */
export const providers: readonly VideoProvider[] = [fal, aimlApi, aiHubMax, shortApi, evoLink];

/** Models of all providers that satisfy a condition, for errors that name what would work. */
export function modelsThat(can: (model: ModelSpec) => boolean): string[] {
	return providers.flatMap((provider) =>
		provider.models.filter(can).map((model) => `${model.id} (${provider.displayName})`),
	);
}

/** Names of the providers that satisfy a condition. */
export const providersThat = (can: (provider: VideoProvider) => boolean): string[] =>
	providers.filter(can).map(({ displayName }) => displayName);
