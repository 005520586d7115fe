import type { INodeProperties } from 'n8n-workflow';

import type { Lifecycle, ModelSpec, Providers, VideoProvider } from '../types';

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** What has happened to a model, as half a sentence. */
const states: Record<Lifecycle['state'], (provider: VideoProvider, since: string) => string> = {
	upstream_retired: (_, since) => `Google ended its preview on ${since}`,
	deprecated: ({ displayName }, since) => `${displayName} called it outdated on ${since}`,
	retired: ({ displayName }, since) => `${displayName} withdrew it on ${since}`,
};

/** For the list of models. */
export const describeModel = (
	provider: VideoProvider,
	{ description, lifecycle }: ModelSpec,
): string =>
	lifecycle ? `${description}; ${states[lifecycle.state](provider, lifecycle.since)}` : description;

/** Below the chosen model, because the list shows its descriptions only while it is open. */
export const lifecycleNotices = (providers: Providers, show: Show): INodeProperties[] =>
	providers.flatMap((provider) => {
		const texts = provider.models.map((model) => noticeOf(provider, model));
		return [...new Set(texts)]
			.filter((text) => text !== undefined)
			.map((text) => ({
				displayName: text,
				name: 'lifecycleNotice',
				type: 'notice' as const,
				default: '',
				displayOptions: {
					show: {
						...(providers.length > 1 && { provider: [provider.id] }),
						...show,
						model: provider.models.filter((_, index) => texts[index] === text).map(({ id }) => id),
					},
				},
			}));
	});

function noticeOf(provider: VideoProvider, { lifecycle }: ModelSpec): string | undefined {
	if (!lifecycle) return undefined;
	const { state, since, successor } = lifecycle;
	const { displayName, models } = provider;
	const name = models.find(({ id }) => id === successor)?.name;
	const choice = name ? `choose ${name}` : 'choose another provider';
	const what = `About this model: ${states[state](provider, since)}.`;
	if (state === 'retired') return `${what} Please ${choice}.`;
	const whether =
		state === 'upstream_retired'
			? ` ${displayName} does not document whether it still serves the model.`
			: '';
	return `${what}${whether} If ${displayName} refuses the model, ${choice}.`;
}
