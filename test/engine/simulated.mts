import type { INodeParameters } from 'n8n-workflow';

import { providersAndSimulator } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { runNode } from './harness.mts';
import type { NodeResult } from './harness.mts';
import { withoutNetwork } from './noNetwork.mts';
import { request } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

export const simulator = providersAndSimulator.find(
	({ simulation }) => simulation,
) as VideoProvider & Required<Pick<VideoProvider, 'simulation'>>;

/** The two ways in which n8n runs a node: in workflows, and as the tool of an older agent. */
export const styles = [
	['in a workflow', {}],
	['as a tool', { byRouting: true }],
] as const;

/** Runs the unified node with the simulator, without any credential and without a network. */
export const simulate = async (
	parameters: INodeParameters,
	options: RunOptions = {},
	n8nPorts: number[] = [],
): Promise<NodeResult> =>
	await withoutNetwork(
		async () =>
			await runNode({
				type: 'veoReferenceVideo',
				parameters: { provider: simulator.id, ...request, ...parameters },
				credentials: {},
				...options,
			}),
		n8nPorts,
	);
