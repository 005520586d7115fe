import type { IDataObject, NodeTypeAndVersion } from 'n8n-workflow';

import { whyNotCallable, whyNotCalled } from '../callback/address';
import { badInput } from '../n8n/failure';
import { isTool } from '../n8n/item';
import type { Item } from '../n8n/item';
import { executionOf, hasCombinedBinaries, hasRun, isN8n1, resumeUrlOf } from '../n8n/platform';
import { optionsOf } from '../input/parameters';
import { reachesItself } from './probe';

/** Behind n8n's resume URL; n8n finds the sleeping node by the execution. */
export const sleepPath = 'veo';

const strategies = ['auto', 'callback', 'polling'];

/** How a sleeping execution will be woken. */
export interface SleepPlan {
	/** n8n's resume URL, with the path that `sleepWebhooks` ask for. */
	address: string;
	/** The provider is told to call it. */
	byCallback: boolean;
	/** The node asks about the jobs itself; otherwise it looks once, when the time is up. */
	byPolling: boolean;
}

/** Why the node stays awake, and what to do about it; `hint` is empty where that is as it should be. */
export interface AwakePlan {
	hint?: string;
}

/** Modes whose caller takes the first answer for the last one, or forgets who has slept. */
const awakeModes: Record<string, string> = {
	integrated: 'another workflow called this one and waits for its result',
	cli: 'the command line waits for its result',
	evaluation: 'an evaluation waits for its result',
	chat: 'a chat waits for its result',
	agent: 'an agent waits for its result',
};

/**
 * Whether the execution can sleep until its jobs have ended, and what will wake it.
 *
 * @throws NodeOperationError when callbacks are asked for where they cannot work
 */
export async function readPlan(item: Item): Promise<SleepPlan | AwakePlan> {
	const { waitStrategy = 'auto' } = optionsOf(item);
	if (!strategies.includes(String(waitStrategy))) {
		throw badInput(
			item,
			`"${String(waitStrategy).slice(0, 100)}" is not a wait strategy`,
			`Choose one of: ${strategies.join(', ')}`,
		);
	}
	// An agent wants the answer of its tool at once. It would not get the one after the sleep from
	// n8n.
	if (waitStrategy === 'polling' || isTool(item)) return {};
	const address = resumeAddress(item);
	if (waitStrategy === 'callback') return await planCallback(item, address);

	if (cannotBeCalled(item)) {
		return {
			hint: `This node stayed awake while it waited, because ${isOldVersion}. A restart of n8n would have ended the wait. To let it sleep, delete the node and add it again.`,
		};
	}
	const reason = awakeModes[item.functions.getMode()] ?? whoeverWaits(item);
	if (reason) {
		return {
			hint: `This node stayed awake while it waited, because ${reason}. A restart of n8n would have ended the wait. To let it sleep, start the workflow from a trigger that does not wait for the last node.`,
		};
	}
	const callback = outsideCallback(item);
	const byCallback = callback !== undefined && !whyNotCallable(address);
	// What is not documented may never come.
	if (byCallback && callback.isDocumented) return { address, byCallback, byPolling: false };
	if (await reachesItself(item, address)) return { address, byCallback, byPolling: true };
	return {
		hint: `This node stayed awake while it waited, because n8n does not reach itself at ${new URL(address).origin}. A restart of n8n would have ended the wait. Set n8n's WEBHOOK_URL, in each of its processes, to an address at which n8n can call itself.`,
	};
}

async function planCallback(item: Item, address: string): Promise<SleepPlan> {
	const { callback, displayName } = item.provider;
	if (!callback) {
		throw badInput(
			item,
			`${displayName} does not call back`,
			'Set Wait Strategy to Auto or Polling',
		);
	}
	if (cannotBeCalled(item)) {
		throw badInput(
			item,
			`callbacks would not wake this node: ${isOldVersion}`,
			'Delete the node and add it again, or set Wait Strategy to Auto or Polling',
		);
	}
	if (item.functions.getMode() === 'integrated' && isN8n1(item)) {
		throw badInput(
			item,
			'n8n 1 does not return results from a sub-workflow that has slept',
			'Set Wait Strategy to Auto or Polling, or update n8n to version 2',
		);
	}
	const problem = await whyNotCalled(item, address);
	if (problem) {
		throw badInput(
			item,
			`${displayName} cannot call this n8n back: its address ${new URL(address).origin} ${problem}`,
			"Set n8n's WEBHOOK_URL to its public https address, or Wait Strategy to Auto or Polling",
		);
	}
	return { address, byCallback: true, byPolling: !outsideCallback(item)?.isDocumented };
}

const isOldVersion = 'n8n does not call nodes of version 1 in a workflow with combined binary data';

/** Seen on n8n 2.41, which fails over an expression of its own before it calls the node. */
const cannotBeCalled = ({ node, functions }: Item) =>
	node.typeVersion === 1 && hasCombinedBinaries(functions);

/** A simulated provider calls from this process: what would lose the watcher loses its calls, too. */
const outsideCallback = ({ provider: { callback, simulation } }: Item) =>
	simulation ? undefined : callback;

/**
 * A node before this one that keeps its caller waiting for the last node: the trigger that started
 * the execution, or a Wait node that was called. Other triggers of the workflow have not run.
 */
function whoeverWaits(item: Item): string | undefined {
	const functions = executionOf(item);
	const parents = functions.getParentNodes(item.node.name, { includeNodeParameters: true });
	const waiting = parents.find(
		(parent) => !parent.disabled && keepsCallerWaiting(parent) && hasRun(functions, parent.name),
	);
	return waiting && `"${waiting.name}" answers its caller when the last node finishes`;
}

/** Streams, too, end when the execution goes to sleep. */
const untilLastNode: unknown[] = ['lastNode', 'streaming'];

/** n8n's Chat Trigger has the setting in its options, and there `lastNode` need not be said. */
function keepsCallerWaiting({ type, parameters = {} }: NodeTypeAndVersion): boolean {
	const { responseMode, options } = parameters;
	if (!type.endsWith('.chatTrigger')) return untilLastNode.includes(responseMode);
	return untilLastNode.includes((options as IDataObject | undefined)?.responseMode ?? 'lastNode');
}

function resumeAddress(item: Item): string {
	const url = resumeUrlOf(item);
	url.pathname += `/${sleepPath}`;
	return url.toString();
}
