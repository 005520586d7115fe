import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Workflow } from '../scripts/n8n/rest.mts';

/** Names of the nodes that a run is followed and checked by. */
export const NODES = { start: 'Start', settings: 'Settings', results: 'Result Rows' } as const;

const VEO_NODE = 'n8n-nodes-veo-reference-video.veoReferenceVideo';

export interface WorkflowSettings {
	promptsFile: string;
	outputFolder: string;
	/** By credential type. */
	credentials: Record<string, { id: string; name: string }>;
	/** All rows go to this provider; empty: each row's own. */
	onlyProvider: string;
	/** Seconds between two looks at a job. */
	pollInterval: number;
	/** Minutes until a job that has not ended is left to Get. */
	timeout: number;
}

/** The importable workflow with a person's settings filled in, as that person would do it in the editor. */
export async function demoWorkflow(settings: WorkflowSettings): Promise<Workflow> {
	const file = await readFile(join(import.meta.dirname, 'workflow.json'), 'utf8');
	const workflow = JSON.parse(file) as Workflow;
	for (const node of workflow.nodes) {
		if (node.type === VEO_NODE) node.credentials = settings.credentials;
		if (node.parameters.operation === 'generateAndWait') {
			const { pollInterval, timeout } = settings;
			Object.assign(node.parameters.options as object, { pollInterval, timeout });
		}
		if (node.name === NODES.settings) {
			const { assignments } = node.parameters.assignments as { assignments: Assignment[] };
			for (const field of assignments) field.value = settings[field.name];
		}
	}
	return workflow;
}

interface Assignment {
	name: 'promptsFile' | 'outputFolder' | 'onlyProvider';
	value: string;
}
