import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { routingOf } from '../operations';
import type { Providers } from '../types';
import { operationHints } from './builderHint';

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** Account only where a provider tells what is left in it. */
function resourceField(providers: Providers, counting: Providers): INodeProperties {
	const displayOptions = { show: { provider: counting.map(({ id }) => id) } };
	const account: INodePropertyOptions = {
		name: 'Account',
		value: 'account',
		...(counting.length < providers.length && { displayOptions }),
	};
	const options: INodePropertyOptions[] = [
		...(counting.length > 0 ? [account] : []),
		{ name: 'Job', value: 'job' },
		{ name: 'Video', value: 'video' },
	];
	return {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options,
		default: 'video',
	};
}

/**
 * By node version. n8n leaves defaults out of saved workflows, so a version keeps its own for ever.
 * The newest is first: the node creator lists the first operations that it finds.
 */
const defaultVideoOperations = new Map([
	[1.1, 'generateAndWait'],
	[1, 'generate'],
]);

/** Resource and operations; Cancel only where a provider has it. */
export function operationFields(providers: Providers): INodeProperties[] {
	const video: INodePropertyOptions[] = [
		{
			name: 'Generate and Wait',
			value: 'generateAndWait',
			action: 'Generate video and wait',
			description:
				'Submit a prompt and reference images and return the finished video, usually after one to ten minutes. Every call is billed, and so is every click on Execute step.',
			builderHint: operationHints.generateAndWait,
			routing: routingOf(providers, 'video', 'generateAndWait'),
		},
		{
			name: 'Generate Without Waiting',
			value: 'generate',
			action: 'Generate video without waiting',
			description:
				'Submit a prompt and reference images and return the job ID at once; the video takes minutes. Every call is billed, and so is every click on Execute step.',
			builderHint: operationHints.generate,
			routing: routingOf(providers, 'video', 'generate'),
		},
		{
			name: 'Download',
			value: 'download',
			action: 'Download video',
			description: 'Download a finished video into a binary field',
			routing: routingOf(providers, 'video', 'download'),
		},
		{
			name: 'Estimate Cost',
			value: 'estimateCost',
			action: 'Estimate video cost',
			description: 'Get the price of a video; nothing is submitted',
			routing: routingOf(providers, 'video', 'estimateCost'),
		},
	];
	const videoFields = [...defaultVideoOperations].map(([version, operation]) =>
		operationField(video, operation, { resource: ['video'], '@version': [version] }),
	);
	const get: INodePropertyOptions = {
		name: 'Get',
		value: 'get',
		action: 'Get job',
		description: 'Get the status of a job by its ID, and the video URL when it has finished',
		builderHint: operationHints.get,
		routing: routingOf(providers, 'job', 'get'),
	};
	const cancel: INodePropertyOptions = {
		name: 'Cancel',
		value: 'cancel',
		action: 'Cancel job',
		description: 'Ask the provider to cancel a job; one that already runs may still finish',
		routing: routingOf(providers, 'job', 'cancel'),
	};
	const getBalance: INodePropertyOptions = {
		name: 'Get Balance',
		value: 'getBalance',
		action: 'Get account balance',
		description: 'Get what is left in the account of the API key; costs nothing',
		routing: routingOf(providers, 'account', 'getBalance'),
	};
	const recover: INodePropertyOptions = {
		name: 'Recover',
		value: 'recover',
		action: 'Recover job',
		description: 'Find a job whose ID was lost, by its model and prompt; costs nothing',
		routing: routingOf(providers, 'job', 'recover'),
	};
	const counting = providers.filter((provider) => provider.balance);
	const jobs = new Map<string, { options: INodePropertyOptions[]; ids: string[] }>();
	for (const { id, cancel: canCancel, recover: canRecover } of providers) {
		const options = [...(canCancel ? [cancel] : []), get, ...(canRecover ? [recover] : [])];
		const key = options.map(({ value }) => value).join();
		jobs.set(key, { options, ids: [...(jobs.get(key)?.ids ?? []), id] });
	}
	const showFor = (name: string, ids: string[]): Show => ({
		resource: [name],
		...(ids.length < providers.length && { provider: ids }),
	});
	return [
		resourceField(providers, counting),
		...videoFields,
		...[...jobs.values()].map(({ options, ids }) =>
			operationField(options, 'get', showFor('job', ids)),
		),
		...(counting.length > 0
			? [
					operationField(
						[getBalance],
						'getBalance',
						showFor(
							'account',
							counting.map(({ id }) => id),
						),
					),
				]
			: []),
	];
}

const operationField = (
	options: INodePropertyOptions[],
	defaultValue: string,
	show: Show,
): INodeProperties => ({
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show },
	options,
	default: defaultValue,
});
