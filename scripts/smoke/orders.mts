import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { INodeParameters } from 'n8n-workflow';

import manifest from '../../package.json' with { type: 'json' };
import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { ROOT } from '../folders.mts';

/** One video that a provider is asked for, the cheapest that it makes. */
export interface Order {
	provider: string;
	displayName: string;
	credential: { type: string; data: Record<string, string> };
	/** Of the unified node. */
	parameters: INodeParameters;
	/** What is ordered, in a word or two for each choice. */
	format: string;
	/** US dollars; null where the provider publishes no price. */
	price: number | null;
}

/** The package as it was built: Node.js cannot load its sources without a compiler. */
const built = createRequire(join(ROOT, 'dist', 'smoke.js'));

type Registry = typeof import('../../nodes/shared/registry');
type Prices = typeof import('../../nodes/shared/job/price');
type CredentialType = new () => { properties: Array<{ name: string; type: string }> };

/** `baseUrl` of fal is `VEO_FAL_BASE_URL` in the environment. */
export const variableOf = (provider: string, field: string) =>
	`VEO_${provider}_${field.replace(/[A-Z]/g, '_$&')}`.toUpperCase();

/** The key of each provider stands in such a variable. */
export const keyVariables = () =>
	Object.keys(sandboxCredentialTypes).map((provider) => variableOf(provider, 'apiKey'));

/** One order for each provider whose key is in the environment. */
export function ordersFor(environment: NodeJS.ProcessEnv): Order[] {
	return Object.entries(sandboxCredentialTypes).flatMap(([provider, type]) => {
		const data = credentialData(provider, type, environment);
		return data.apiKey ? [{ ...cheapest(provider), credential: { type, data } }] : [];
	});
}

/** What the environment says about a provider's fields; n8n fills in the defaults of the others. */
function credentialData(
	provider: string,
	type: string,
	environment: NodeJS.ProcessEnv,
): Record<string, string> {
	const className = type[0].toUpperCase() + type.slice(1);
	const path = manifest.n8n.credentials.find((file) => file.includes(`/${className}.`));
	const { [className]: Type } = built(join(ROOT, path ?? '')) as Record<string, CredentialType>;
	const fields = new Type().properties.filter((field) => field.type === 'string');
	const given = fields.map(({ name }) => [name, environment[variableOf(provider, name)]]);
	return Object.fromEntries(given.filter(([, value]) => value)) as Record<string, string>;
}

function cheapest(id: string): Omit<Order, 'credential'> {
	const { providers } = built('./nodes/shared/registry.js') as Registry;
	const { listedPrice } = built('./nodes/shared/job/price.js') as Prices;
	const provider = providers.find((known) => known.id === id);
	if (!provider) throw new Error(`The registry has no provider ${id}.`);

	const formats = provider.models.flatMap((model) =>
		model.resolutions.flatMap((resolution) =>
			model.durations.flatMap((duration) =>
				(model.modes ?? ['']).map((mode) => ({
					model,
					resolution,
					duration,
					mode,
					aspectRatio: '16:9' as const,
					generateAudio: false,
				})),
			),
		),
	);
	const priced = formats.map((format) => ({
		...format,
		price: listedPrice(format)?.amount ?? null,
		// Where no price is published, the fast model is the cheaper guess.
		isFast: /fast/.test(format.model.id),
	}));
	const [{ model, resolution, duration, mode, price }] = priced.sort(
		(one, two) =>
			(one.price ?? Number.MAX_VALUE) - (two.price ?? Number.MAX_VALUE) ||
			Number(two.isFast) - Number(one.isFast),
	);
	return {
		provider: id,
		displayName: provider.displayName,
		parameters: {
			provider: id,
			model: model.id,
			resolution,
			...(model.durations.length > 1 && { duration }),
			...(mode && { mode }),
		},
		format: [model.id, resolution, `${duration} s`, mode].filter(Boolean).join(', '),
		price,
	};
}
