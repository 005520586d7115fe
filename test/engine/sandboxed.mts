import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { systemClock } from '../../nodes/shared/time/pause';
import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import type { Sandbox } from '../../sandbox/server.mts';
import { published } from '../providers/published.mts';
import { runNode } from './harness.mts';
import type { NodeResult, NodeRun } from './harness.mts';

export { useSandbox } from '../useSandbox.mts';

/** Lets the nodes' own pauses pass ten times as fast; the sandbox keeps to real time. */
export function useFastClock(): void {
	beforeAll(() => {
		const { sleep } = systemClock;
		jest.spyOn(systemClock, 'now').mockImplementation(() => Date.now() * 10);
		jest.spyOn(systemClock, 'sleep').mockImplementation(async (ms) => await sleep(ms / 10));
	});
	afterAll(() => jest.restoreAllMocks());
}

export const fox = 'https://cdn.example.org/fox.png';

/** Parameters that every model accepts. */
export const request: INodeParameters = { prompt: 'A ceramic fox turns its head', imageUrls: fox };

export type RunOptions = Partial<Omit<NodeRun, 'type' | 'parameters'>>;

/** Runs the unified node for a provider of the registry, with the sandbox's credential for it. */
export async function runUnified(
	sandbox: Sandbox,
	provider: VideoProvider,
	parameters: INodeParameters,
	options: RunOptions = {},
): Promise<NodeResult> {
	return await runNode({
		type: 'veoReferenceVideo',
		parameters: { provider: provider.id, model: provider.models[0].id, ...parameters },
		credentials: { [String(provider.credential)]: sandbox.credentials[provider.id] },
		...options,
	});
}

export const providerTable = providers.map((provider) => [provider.id, provider] as const);

export const jsonOf = ({ items }: NodeResult): IDataObject[] => items.map(({ json }) => json);

/** Without error codes, what a provider refuses has a text and the code `unknown`. */
export const codeAt = ({ id }: VideoProvider, code: string) =>
	published[id].hasErrorCodes ? code : 'unknown';
