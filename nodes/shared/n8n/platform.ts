import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	IRunExecutionData,
	Workflow,
} from 'n8n-workflow';

import type { Item } from './item';

type WithFunctions = Pick<Item, 'functions'>;

/** The functions of an execution, for what a webhook never does. */
export const executionOf = ({ functions }: WithFunctions) => functions as IExecuteFunctions;

interface Evaluating {
	evaluateExpression(expression: string, itemIndex?: number): unknown;
}

/** The value of an expression, given without its braces, for an item. */
export const evaluate = (functions: object, expression: string, index = 0): unknown =>
	(functions as Evaluating).evaluateExpression(`{{ ${expression} }}`, index);

/** n8n's own address of this execution, where it goes on after a sleep. */
export const resumeUrlOf = ({ functions }: WithFunctions): URL =>
	new URL(String(evaluate(functions, '$execution.resumeUrl')));

/** Whether this is n8n 1, which does not sign its resume URLs; n8n 2 does. */
export const isN8n1 = (item: WithFunctions): boolean =>
	!resumeUrlOf(item).searchParams.has('signature');

/** Tells the user something about the run, beside its output in the editor. */
export function hint(functions: IExecuteFunctions, message: string): void {
	// Where n8n runs a tool by its routing, there is no place for hints.
	if (!('addExecutionHints' in functions)) return;
	functions.addExecutionHints({ message, location: 'outputPane' });
}

/** Most of n8n 1 does not tell a node the settings of its workflow, and does not wake it as it should. */
export const isTooOldToWait = ({ functions }: WithFunctions): boolean =>
	!('getWorkflowSettings' in functions);

/** When n8n stops this execution, in milliseconds since the epoch; undefined where it does not. */
export function timeoutOf(functions: IExecuteFunctions): number | undefined {
	const { additionalData } = functions as unknown as Internals;
	// It counts from the start of the execution, and knows the limits of the whole n8n.
	const known = additionalData?.executionTimeoutTimestamp;
	if (known !== undefined) return known;
	const seconds = functions.getWorkflowSettings().executionTimeout ?? 0;
	return seconds > 0 ? Date.now() + seconds * 1000 : undefined;
}

/** Text inside an expression: braces in it, as a node may have in its name, would end the expression. */
export const textLiteral = (text: string): string =>
	JSON.stringify(text).replace(
		/[{}\u2028\u2029]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);

const isExecuted = (functions: IExecuteFunctions, nodeName: string): unknown =>
	evaluate(functions, `$(${textLiteral(nodeName)}).isExecuted`);

/** Whether a node has run in this execution; taken for granted where n8n cannot tell. */
export function hasRun(functions: IExecuteFunctions, nodeName: string): boolean {
	try {
		return isExecuted(functions, nodeName) !== false;
	} catch {
		return true;
	}
}

/** How often the node has run in this execution before: more than 0 in a loop. */
export const runIndexOf = (functions: IExecuteFunctions, index = 0) =>
	String(evaluate(functions, '$runIndex', index));

/** The workflow keeps files in the JSON of its items. n8n 1 has neither the setting nor a constant. */
export const hasCombinedBinaries = (functions: Item['functions']): boolean =>
	functions.getWorkflowSettings().binaryMode === 'combined';

/**
 * All input items of the node, also where n8n hands none over, as in the webhook of a sleeper. In
 * workflows with combined binary data, expressions see the JSON of each item alone.
 */
export function inputOf({ functions }: WithFunctions): INodeExecutionData[] {
	const input = evaluate(functions, '$input.all()');
	return hasCombinedBinaries(functions)
		? (input as IDataObject[]).map((json) => ({ json }))
		: (input as INodeExecutionData[]);
}

/** Whether n8n knows of a run of this node before this one, in an execution that this one retries too. */
export const hasRunBefore = (functions: IExecuteFunctions): boolean =>
	isExecuted(functions, functions.getNode().name) === true;

/** What n8n's contexts have, but its types do not promise. */
interface Internals {
	additionalData?: { currentNodeExecutionIndex?: number; executionTimeoutTimestamp?: number };
	runExecutionData?: IRunExecutionData | null;
	workflow?: Workflow;
}

/**
 * The node with which this execution has begun; in a retry, where the failed execution was
 * interrupted. Undefined where n8n does not tell.
 */
function firstNodeOf(functions: IExecuteFunctions): INode | undefined {
	const { additionalData, runExecutionData, workflow } = functions as unknown as Internals;
	// n8n counts a node before it runs it.
	if (additionalData?.currentNodeExecutionIndex === 1) return functions.getNode();
	const runs = Object.entries(runExecutionData?.resultData.runData ?? {}).flatMap(([name, tasks]) =>
		tasks.map(({ executionIndex, startTime }) => ({ name, executionIndex, startTime })),
	);
	// Each execution counts from 0, and so did the one that is retried.
	const latest = runs
		.filter(({ executionIndex }) => executionIndex === 0)
		.sort((one, other) => one.startTime - other.startTime)
		.at(-1);
	return latest && (workflow?.getNode(latest.name) ?? undefined);
}

/**
 * Whether this retry goes on from what n8n had saved before it was killed, and not from where a node
 * has failed: with this node, or with one that had been asleep and is not run again.
 */
export function isAfterCrash(functions: IExecuteFunctions): boolean {
	const first = firstNodeOf(functions);
	if (!first) return false;
	if (first.name === functions.getNode().name) return true;
	const { workflow } = functions as unknown as Internals;
	const type = workflow?.nodeTypes.getByNameAndVersion(first.type, first.typeVersion);
	return type?.description.waitingNodeTooltip !== undefined;
}

/**
 * Sleeps until this time at the latest. n8n does not run the node again: what it then passes on is
 * the input, and these items become it.
 */
export async function sleepWith(
	functions: IExecuteFunctions,
	items: INodeExecutionData[],
	until: number,
): Promise<void> {
	// The array is a new one, because the old one is also the output of the node before. It is not
	// reached by getInputData(), which gives a copy under Execute Once.
	functions.getExecuteData().data.main = [items];
	await functions.putExecutionToWait(new Date(until));
}

/**
 * The same functions for requests that must outlive a cancelled execution: n8n would abort them.
 */
export const uninterrupted = ({ functions }: WithFunctions): Item['functions'] =>
	Object.create(functions, { getExecutionCancelSignal: { value: () => undefined } }) as never;
