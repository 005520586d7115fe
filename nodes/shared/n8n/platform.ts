import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

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
export const hint = (functions: IExecuteFunctions, message: string): void =>
	functions.addExecutionHints({ message, location: 'outputPane' });

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
