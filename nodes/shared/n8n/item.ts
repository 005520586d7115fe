import type {
	IBinaryData,
	IBinaryKeyData,
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IExecuteSingleFunctions,
	INode,
	INodeExecutionData,
	IWebhookFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { VideoProvider } from '../types';
import { asObject, isObject } from '../wire/answers';

/** A binary field by its name, or the file itself, as an expression yields it. */
export type BinaryField = string | IBinaryData;

/** The binary fields of an item. Both throw where there is no such field. */
export interface BinaryFields {
	describe(field: BinaryField): IBinaryData;
	read(field: BinaryField): Promise<Buffer>;
}

/** The files of an item: in workflows with combined binary data, n8n keeps them in its JSON. */
export const filesOf = ({ json, binary }: INodeExecutionData): IBinaryKeyData =>
	binary ?? (asObject(json?._files) as unknown as IBinaryKeyData);

/** A value as text, whatever an expression has made of a row: not every object can be one. */
export function textOf(value: unknown): string {
	try {
		const text = String(value ?? '').trim();
		if (!isObject(value) || !text.startsWith('[object ')) return text;
	} catch {
		// Its own `toString` is data of the row.
	}
	return JSON.stringify(value);
}

/**
 * One item of a run, or one callback; the same to the core whether a workflow, n8n's routing engine
 * or a webhook calls.
 */
export interface Item {
	index: number;
	node: INode;
	input: INodeExecutionData;
	functions: IExecuteFunctions | IExecuteSingleFunctions | IWebhookFunctions;
	/** Aborted when the execution is cancelled. */
	signal?: AbortSignal;
	provider: VideoProvider;
	/** Absent in callbacks. */
	binary?: BinaryFields;
	/**
	 * The provider's credential, whole: n8n's limits of where a key may go are in it. Read once for
	 * each item, because n8n decrypts and evaluates it anew each time, in 30 to 45 ms.
	 */
	credentials(): Promise<ICredentialDataDecryptedObject>;
	/** The value of a parameter, expressions evaluated for this item; null where it is hidden. */
	parameter(name: string): unknown;
}

/** Reads when it is first needed and, unless that fails, never again. */
function readOnce<Value>(read: () => Promise<Value>): () => Promise<Value> {
	let answer: Promise<Value> | undefined;
	const forget = () => (answer = undefined);
	return async () => {
		answer ??= read();
		answer.catch(forget);
		return await answer;
	};
}

/**
 * The credential, read anew. Where the provider has none, what is sealed for it is sealed with a
 * key of this n8n.
 */
export async function readCredentials({
	functions,
	provider,
	index,
}: Pick<Item, 'functions' | 'provider' | 'index'>): Promise<ICredentialDataDecryptedObject> {
	const { credential } = provider;
	if (!credential) return { apiKey: functions.getInstanceId() };
	const node = functions.getNode();
	if (!node.credentials?.[credential]) {
		const message = `Item ${index}: no ${provider.displayName} credential is chosen`;
		const description = 'Choose or create one at the top of the node';
		throw new NodeOperationError(node, message, { itemIndex: index, description });
	}
	return 'getItemIndex' in functions
		? await functions.getCredentials(credential)
		: await functions.getCredentials(credential, index);
}

export function itemOfRun(
	functions: IExecuteFunctions,
	index: number,
	input: INodeExecutionData,
	provider: VideoProvider,
): Item {
	return {
		index,
		node: functions.getNode(),
		input,
		functions,
		signal: functions.getExecutionCancelSignal(),
		provider,
		credentials: readOnce(async () => await readCredentials({ functions, provider, index })),
		binary: {
			describe: (field) => functions.helpers.assertBinaryData(index, field),
			read: async (field) => await functions.helpers.getBinaryDataBuffer(index, field),
		},
		parameter: (name) => functions.getNodeParameter(name, index, null),
	};
}

export function itemOfRouting(functions: IExecuteSingleFunctions, provider: VideoProvider): Item {
	const index = functions.getItemIndex();
	return {
		index,
		node: functions.getNode(),
		input: functions.getInputData(),
		functions,
		signal: functions.getExecutionCancelSignal(),
		provider,
		credentials: readOnce(async () => await readCredentials({ functions, provider, index })),
		binary: {
			// n8n's types know names only; its code takes files, too.
			describe: (field) => functions.helpers.assertBinaryData(field as string),
			read: async (field) => await functions.helpers.getBinaryDataBuffer(field as string),
		},
		parameter: (name) => functions.getNodeParameter(name, null),
	};
}

export function itemOfWebhook(functions: IWebhookFunctions, provider: VideoProvider): Item {
	const index = 0;
	return {
		index,
		node: functions.getNode(),
		input: { json: {} },
		functions,
		provider,
		credentials: readOnce(async () => await readCredentials({ functions, provider, index })),
		parameter: (name) => functions.getNodeParameter(name, null),
	};
}

/** Under a node type that n8n made for agents. */
export const isToolType = ({ type }: INode) => type.endsWith('Tool');

/** Called by n8n's routing engine, or under a node type that n8n made for agents. */
export const isTool = ({ functions, node }: Item) =>
	isToolType(node) || 'getItemIndex' in functions;

/**
 * The fields of the input item if it is this job, as one of our nodes returned it; otherwise `{}`.
 */
export const jobInInput = ({ input }: Item, jobId: string | null): IDataObject =>
	input.json?.jobId === jobId && 'provider' in input.json ? input.json : {};
