import type { IDataObject, IWorkflowSettings, WorkflowExecuteMode } from 'n8n-workflow';

import type { Item } from '../../../nodes/shared/n8n/item';
import type { VideoProvider } from '../../../nodes/shared/types';
import { itemWith } from '../../item.mts';

export interface PostOptions {
	url: string;
	timeout: number;
}

/** What n8n answers at a URL; an error where there is no answer. */
export type Answer = { statusCode: number; body?: unknown } | Error;

export interface Surroundings {
	provider?: VideoProvider;
	options?: IDataObject;
	mode?: WorkflowExecuteMode;
	/** Origin of n8n's resume URL. */
	origin?: string;
	/** n8n 1 has none. */
	signature?: string;
	parents?: object[];
	/** What n8n says to whether a node has run, in the notation of expressions. */
	isExecuted?: (expression: string) => unknown;
	nodeType?: string;
	typeVersion?: number;
	settings?: IWorkflowSettings;
	answer?: (options: PostOptions) => Answer;
}

export const executionId = '4711';

/** An item of a run, in an n8n that is what the test says; all else of n8n is missing. */
export function sleepingItem({
	provider = {} as VideoProvider,
	options = {},
	mode = 'webhook',
	origin = 'https://n8n.example.com',
	signature = 'signed',
	parents = [],
	isExecuted = () => true,
	nodeType = 'n8n-nodes-veo-reference-video.falVeo',
	typeVersion = 1.1,
	settings = {},
	answer = () => new Error('nobody may be called'),
}: Surroundings): { item: Item; calls: PostOptions[] } {
	const calls: PostOptions[] = [];
	const query = signature && `?signature=${signature}`;
	const functions = {
		getMode: () => mode,
		getExecutionId: () => executionId,
		getParentNodes: () => parents,
		getWorkflowSettings: () => settings,
		evaluateExpression: (expression: string) =>
			expression.includes('isExecuted')
				? isExecuted(expression)
				: `${origin}/webhook-waiting/${executionId}${query}`,
		helpers: {
			async httpRequest(request: PostOptions) {
				calls.push(request);
				await Promise.resolve();
				const answered = answer(request);
				if (answered instanceof Error) throw answered;
				return answered;
			},
		},
	} as unknown as Item['functions'];
	const item = itemWith({ options }, provider);
	const node = { ...item.node, id: 'node-id', type: nodeType, typeVersion };
	return { item: { ...item, node, functions }, calls };
}

const running = { message: `The execution "${executionId}" is running already.` };

/** As n8n answers who calls an execution that still runs. */
export const isRunning = (): Answer => ({ statusCode: 409, body: running });
