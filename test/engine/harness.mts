import type { IncomingHttpHeaders } from 'node:http';

import 'reflect-metadata';
import { Container } from '@n8n/di';
import {
	BinaryDataService,
	ExecutionLifecycleHooks,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import { createRunExecutionData, NodeConnectionTypes, NodeHelpers, Workflow } from 'n8n-workflow';
import type {
	IBinaryKeyData,
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteContextData,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IRun,
	IRunExecutionData,
	ITaskData,
	IWebhookData,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { systemClock } from '../../nodes/shared/time/pause';
import { credentialTypes, newestVersion, nodeTypes } from '../../scripts/sources.mts';
import { TestCredentials } from './credentials.mts';

/** Hands its input on; stands where a trigger and a spreadsheet would. */
class Items implements INodeType {
	description = {
		displayName: 'Items',
		name: 'items',
		group: [],
		version: 1,
		description: '',
		defaults: {},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	} as unknown as INodeType['description'];

	async execute(this: { getInputData(): INodeExecutionData[] }) {
		return [this.getInputData()];
	}
}

/** A trigger with these parameters; only what a node declares is kept of its parameters. */
class Trigger extends Items {
	constructor(parameters: INodeParameters) {
		super();
		this.description.properties = Object.keys(parameters).map((name) => ({
			displayName: name,
			name,
			type: 'string',
			default: '',
		}));
	}
}

export interface NodeRun {
	/** Node name in the registry of this package, e.g. `falVeo`. */
	type: string;
	parameters: INodeParameters;
	/** As saved with the node; the newest version by default. */
	typeVersion?: number;
	/** JSON of the input items; one empty item by default. */
	input?: IDataObject[];
	/** Files of the input items, in their order. */
	binary?: Array<IBinaryKeyData | undefined>;
	credentials: Record<string, ICredentialDataDecryptedObject>;
	onError?: INode['onError'];
	retryOnFail?: boolean;
	/** Run the node as n8n runs it for AI tools: by its routing alone. */
	byRouting?: boolean;
	/** Of the node in its workflow. */
	name?: string;
	/** How often the node has run in this execution before, as in a loop. */
	earlierRuns?: number;
	/** Of the execution; `test` by default. */
	executionId?: string;
	/** What earlier runs in this execution have left with n8n. */
	contextData?: IExecuteContextData;
	/** A failed execution's data: the node that failed is run again, as n8n's retry does. */
	retryOf?: IRunExecutionData;
	signal?: AbortSignal;
	/** How n8n was told to run it; `retry` with `retryOf`, otherwise `manual` by default. */
	mode?: WorkflowExecuteMode;
	/** Nodes before the node that have run, beside the one that gives the items. */
	before?: INode[];
	/** Triggers before the node that have not started this execution. */
	notRun?: INode[];
	/** The address under which n8n can be called; this machine's own by default. */
	n8nUrl?: string;
	/** More settings of the workflow. */
	settings?: IWorkflowSettings;
}

export interface NodeResult {
	/** Items of the first output. */
	items: INodeExecutionData[];
	/** Items of the error output. */
	errorItems: INodeExecutionData[];
	error?: Error & { description?: string; context?: IDataObject; httpCode?: string };
	run: IRun;
	/** Calls the node that sleeps, as n8n does when its resume URL is called. */
	wake(call: Call): Promise<Woken>;
}

/** What reaches the node of a call to its resume URL. */
export interface Call {
	token: string;
	body?: IDataObject;
	/** Instead of `body`, exactly what was sent. */
	rawBody?: string | Buffer;
	/** Names in lower case. */
	headers?: IncomingHttpHeaders;
	/** The execution that is called; the one that ran by default. */
	execution?: string;
}

export interface Woken {
	/** Of the answer to the caller. */
	status?: number;
	/** What the execution would go on with. */
	items?: INodeExecutionData[];
}

const defaultName = 'Veo';

// A watcher outlives its test, and must not keep the process of the tests alive.
systemClock.sleep = async (ms) => {
	await new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
};

beforeAll(async () => await Container.get(BinaryDataService).init());

/** Runs one node in n8n's own engine, over real HTTP. */
export async function runNode(options: NodeRun): Promise<NodeResult> {
	const { name = defaultName } = options;
	const type = new nodeTypes[options.type]();
	if (options.byRouting) delete type.customOperations;
	const workflow = buildWorkflow(options, type);
	const additionalData = buildAdditionalData(options, workflow);
	const { mode = options.retryOf ? 'retry' : 'manual' } = options;
	const engine = new WorkflowExecute(additionalData, mode, startingData(options, workflow));
	const execution = engine.processRunExecutionData(workflow);
	options.signal?.addEventListener('abort', () => execution.cancel());
	const run = await execution;
	const last = run.data.resultData.runData[name]?.at(-1);
	const [items = [], errorItems = []] = last?.data?.main ?? [];
	return {
		items: items ?? [],
		errorItems: errorItems ?? [],
		error: (last?.error ?? run.data.resultData.error) as NodeResult['error'],
		run,
		wake: wakerOf(workflow, name, additionalData, run),
	};
}

/** Calls a node that sleeps by what n8n has stored of its run, as after a restart. */
export function storedWake(options: NodeRun, run: IRun): NodeResult['wake'] {
	const workflow = buildWorkflow(options, new nodeTypes[options.type]());
	const additionalData = buildAdditionalData(options, workflow);
	return wakerOf(workflow, options.name ?? defaultName, additionalData, run);
}

const wakerOf =
	(
		workflow: Workflow,
		name: string,
		additionalData: IWorkflowExecuteAdditionalData,
		run: IRun,
	): NodeResult['wake'] =>
	async (call) =>
		await wake(workflow, workflow.getNode(name) as INode, additionalData, run, call);

async function wake(
	workflow: Workflow,
	node: INode,
	additionalData: IWorkflowExecuteAdditionalData,
	run: IRun,
	{ token, body = {}, execution = additionalData.executionId, ...sent }: Call,
): Promise<Woken> {
	const answer: Woken = {};
	const response = {
		headersSent: false,
		status(code: number) {
			answer.status = code;
			return response;
		},
		json: () => response,
	};
	const rawBody = Buffer.from((sent.rawBody ?? JSON.stringify(body)) as string);
	const headers = { 'content-type': 'application/json', ...sent.headers };
	const context = new WebhookContext(
		workflow,
		node,
		{
			...additionalData,
			executionId: execution,
			httpRequest: { headers, query: { veoToken: token }, rawBody, body },
			httpResponse: response,
		} as unknown as IWorkflowExecuteAdditionalData,
		'manual',
		{} as IWebhookData,
		[],
		// As n8n reads it from its database.
		structuredClone(run.data),
	);
	const type = workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion) as INodeType;
	const result = await type.webhook?.call(context);
	answer.items = result?.workflowData?.[0];
	return answer;
}

function buildWorkflow(options: NodeRun, type: INodeType) {
	const {
		type: typeName,
		name = defaultName,
		parameters,
		onError,
		retryOnFail,
		credentials,
		settings,
	} = options;
	const before = [...(options.before ?? []), ...(options.notRun ?? [])];
	const types: Record<string, INodeType> = { items: new Items(), [typeName]: type };
	for (const { type: other, parameters: given } of before) types[other] = new Trigger(given);
	const newNode = (nodeName: string, nodeType: string, typeVersion = 1): INode => ({
		id: nodeName,
		name: nodeName,
		type: nodeType,
		typeVersion,
		position: [0, 0],
		parameters: {},
	});
	const veo = newNode(name, typeName, options.typeVersion ?? newestVersion(type.description));
	const nodes: INode[] = [
		newNode('Items', 'items'),
		{
			...veo,
			id: defaultName,
			// As n8n stores it: hidden parameters are dropped, defaults filled in.
			parameters: NodeHelpers.getNodeParameters(
				type.description.properties,
				parameters,
				true,
				false,
				veo,
				type.description,
			) as INodeParameters,
			credentials: Object.fromEntries(
				Object.keys(credentials).map((name) => [name, { id: name, name }]),
			),
			onError,
			retryOnFail,
			maxTries: 3,
			waitBetweenTries: 10,
		},
		...before,
	];
	const toVeo = [{ node: name, type: NodeConnectionTypes.Main, index: 0 }];
	return new Workflow({
		id: 'test',
		nodes,
		connections: Object.fromEntries(
			['Items', ...before.map((other) => other.name)].map((other) => [other, { main: [toVeo] }]),
		),
		active: false,
		settings: { executionOrder: 'v1', ...settings },
		nodeTypes: {
			getByName: (name: string) => types[name],
			getByNameAndVersion: (name: string) => types[name],
			getKnownTypes: () => ({}),
		},
	});
}

function startingData(
	{
		input = [{}],
		binary = [],
		retryOf,
		contextData,
		name = defaultName,
		earlierRuns = 0,
		before = [],
	}: NodeRun,
	workflow: Workflow,
): IRunExecutionData {
	if (retryOf) return resumeAsRetry(retryOf, workflow);
	const items = input.map((json, index) => ({ json, binary: binary[index] }));
	const earlierRun = { startTime: 0, executionTime: 0, executionIndex: 0, source: [] };
	const earlier = Array<ITaskData>(earlierRuns).fill(earlierRun);
	const haveRun = before.map((other) => [other.name, [earlierRun]]);
	return createRunExecutionData({
		resultData: {
			runData: { ...Object.fromEntries(haveRun), ...(earlierRuns > 0 && { [name]: earlier }) },
		},
		executionData: {
			contextData,
			nodeExecutionStack: [
				{ node: workflow.getNode('Items') as INode, data: { main: [items] }, source: null },
			],
		},
	});
}

/**
 * What n8n's retry of a failed execution, with the workflow as it is now, does to the data: forget
 * the last node's failed run and take the nodes of the workflow.
 */
function resumeAsRetry(failed: IRunExecutionData, workflow: Workflow): IRunExecutionData {
	const data = structuredClone(failed);
	const { lastNodeExecuted = defaultName } = data.resultData;
	delete data.resultData.error;
	data.resultData.runData[lastNodeExecuted].pop();
	for (const entry of data.executionData?.nodeExecutionStack ?? []) {
		entry.node = workflow.getNode(entry.node.name) as INode;
	}
	return data;
}

function buildAdditionalData(
	{ credentials, retryOf, executionId = 'test', n8nUrl = 'http://127.0.0.1' }: NodeRun,
	workflow: Workflow,
) {
	return {
		credentialsHelper: new TestCredentials(
			Object.values(credentialTypes).map((Type) => new Type()),
			credentials,
		),
		hooks: new ExecutionLifecycleHooks('manual', 'test', {
			id: 'test',
			name: 'test',
			nodes: Object.values(workflow.nodes),
			connections: {},
			active: false,
			activeVersionId: null,
			isArchived: false,
			createdAt: new Date(),
			updatedAt: new Date(),
		}),
		// A retry is an execution of its own.
		executionId: retryOf ? 'retry' : executionId,
		currentNodeExecutionIndex: 0,
		variables: {},
		webhookBaseUrl: 'http://127.0.0.1/webhook',
		webhookWaitingBaseUrl: `${n8nUrl}/webhook-waiting`,
		instanceBaseUrl: 'http://127.0.0.1/',
		restApiUrl: 'http://127.0.0.1/rest',
		formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		setExecutionStatus: () => {},
	} as unknown as IWorkflowExecuteAdditionalData;
}
