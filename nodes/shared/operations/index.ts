import type {
	IExecuteFunctions,
	IExecuteSingleFunctions,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';

import { concurrently } from '../time/concurrently';
import { beginRun } from '../n8n/beginRun';
import { itemOfRouting, itemOfRun } from '../n8n/item';
import type { Item } from '../n8n/item';
import { executionOf } from '../n8n/platform';
import { cutOffError } from '../job/submit';
import { goesOnAfterErrors, toItem, toOutput } from '../output/jobItem';
import { asNodeFailure, outcomeOf } from '../output/outcome';
import type { Outcome } from '../output/outcome';
import { chosenProvider } from '../input/provider';
import type { Providers } from '../types';
import { warnIfStopped } from './afterSubmit';
import { cancel } from './cancel';
import { download } from './download';
import { estimateCost } from './estimateCost';
import { generate } from './generate';
import { generateAndWait } from './generateAndWait';
import { get } from './get';
import { getBalance } from './getBalance';
import { recover } from './recover';
import { concurrencyOf } from './submitAll';

type Run = (items: Item[], stopOnError: boolean) => Promise<Outcome[]>;

/** An operation whose items have nothing to do with each other. */
const each =
	(work: (item: Item) => Promise<Outcome>): Run =>
	async (items) =>
		await concurrently(
			items,
			concurrencyOf(items),
			async (item) => await outcomeOf(item, async () => await work(item)),
		);

/** An operation that costs money. */
const billed =
	(run: Run): Run =>
	async (items, stopOnError) => {
		try {
			return await run(items, stopOnError);
		} finally {
			warnIfStopped(items);
		}
	};

const operations = {
	video: {
		generate: billed(generate),
		generateAndWait: billed(generateAndWait),
		download: each(download),
		estimateCost: each(estimateCost),
	},
	job: { get: each(get), cancel: each(cancel), recover: each(recover) },
	account: { getBalance: each(getBalance) },
} satisfies Record<string, Record<string, Run>>;

/** Operations that cost money. */
const submitting = ['generate', 'generateAndWait'];

/**
 * The operations as workflows run them. n8n's routing engine would start all items at once, pair
 * none, and with On Error = Stop throw the ids of paid jobs away with the first refused item.
 */
export function customOperations(providers: Providers): INodeType['customOperations'] {
	const runsOf = (runs: Record<string, Run>) =>
		Object.fromEntries(
			Object.entries(runs).map(([name, run]) => [
				name,
				async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
					const isKnown = !submitting.includes(name) || beginRun(this);
					const provider = chosenProvider(this, providers, () =>
						this.getNodeParameter('provider', 0, null),
					);
					const items = this.getInputData().map((input, index) =>
						itemOfRun(this, index, input, provider),
					);
					if (!isKnown) return toOutput(this, outcomesCutOff(items));
					const outcomes = goesOnAfterErrors(this)
						? await run(items, false).catch((error: Error) => outcomesOfError(items, error))
						: await run(items, true);
					return toOutput(this, outcomes);
				},
			]),
		);
	return Object.fromEntries(
		Object.entries(operations).map(([resource, runs]) => [resource, runsOf(runs)]),
	);
}

const outcomesCutOff = (items: Item[]): Outcome[] =>
	items.map((item) => ({ item, error: cutOffError(item) }));

/** For an error that concerns the whole batch. n8n would pass on the bare input instead. */
const outcomesOfError = (items: Item[], error: Error): Outcome[] =>
	items.map((item) => ({ item, error: asNodeFailure(item, error) }));

/**
 * The same operation as n8n's routing engine runs it for AI tools, one item at a time. It is a
 * pagination function, because only there may routing repeat a read, stream a file, or send no
 * request.
 */
export function routingOf(providers: Providers, resource: keyof typeof operations, name: string) {
	const run = (operations[resource] as Record<string, Run>)[name];
	return {
		send: { paginate: true },
		operations: {
			async pagination(this: IExecuteSingleFunctions): Promise<INodeExecutionData[]> {
				const isKnown = !submitting.includes(name) || beginRun(executionOf({ functions: this }));
				const provider = chosenProvider(this, providers, () =>
					this.getNodeParameter('provider', null),
				);
				const item = itemOfRouting(this, provider);
				// When a tool throws, n8n runs it again under a new run index, or hides the error from the
				// model, which then asks for the video once more. So a refusal is an answer, too.
				const [outcome] = isKnown
					? await run([item], false).catch((error: Error) => outcomesOfError([item], error))
					: outcomesCutOff([item]);
				item.signal?.throwIfAborted();
				return [toItem(outcome, false)];
			},
		},
	};
}
