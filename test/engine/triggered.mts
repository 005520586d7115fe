import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import type { DeliverOptions, Sandbox } from '../../sandbox/server.mts';
import { until } from '../../scripts/until.mts';
import { jsonOf, request, runUnified } from './sandboxed.mts';
import { startTrigger } from './triggerHarness.mts';
import type { RunningTrigger } from './triggerHarness.mts';

const table = (list: VideoProvider[]) => list.map((provider) => [provider.id, provider] as const);

export const calling = table(providers.filter(({ callback }) => callback));
export const silent = table(providers.filter(({ callback }) => !callback));

export function callingProvider(id: string): VideoProvider {
	const provider = calling.find(([candidate]) => candidate === id)?.[1];
	if (!provider) throw new Error(`"${id}" does not call back.`);
	return provider;
}

export const statusesOf = (deliveries: Array<{ status?: number }>) =>
	deliveries.map(({ status }) => status);

export function withToken(url: string, token: string): string {
	const changed = new URL(url);
	changed.searchParams.set('veoToken', token);
	return changed.toString();
}

/** A trigger for each test, and jobs that call it. */
export function useTrigger(sandbox: () => Sandbox, provider: VideoProvider) {
	let trigger: RunningTrigger;
	const startWith = async (parameters: INodeParameters = {}) =>
		void (trigger = await startTrigger(sandbox(), provider.id, parameters));
	beforeEach(async () => {
		Object.assign(sandbox().settings, {
			allowHttpCallbacks: true,
			callbackRetryMilliseconds: 2200,
		});
		await startWith();
	});

	const generate = async (
		prompt: string,
		options: IDataObject = {},
		parameters: INodeParameters = {},
	) =>
		jsonOf(
			await runUnified(
				sandbox(),
				provider,
				{
					operation: 'generate',
					...request,
					prompt,
					options: { callbackUrl: trigger.url, metadata: '{"row": 7}', ...options } as never,
					...parameters,
				},
				{ executionId: crypto.randomUUID() },
			),
		)[0];

	/** A job whose callback has not been sent: the test sends what it likes. */
	async function quietJob(): Promise<string> {
		const jobId = String((await generate('x #sandbox:seconds=600')).jobId);
		sandbox().settings.allowHttpCallbacks = false;
		sandbox().finish(jobId);
		await until(
			'its callback has been given up',
			() => sandbox().deliveries.length > 0 || provider.id === 'evolink',
		);
		sandbox().settings.allowHttpCallbacks = true;
		return jobId;
	}

	const urlOf = (jobId: string) =>
		String(
			sandbox()
				.jobs()
				.find((job) => job.id === jobId)?.callbackUrl,
		);

	return {
		trigger: () => trigger,
		/** Another trigger, with these parameters. */
		startWith,
		generate,
		quietJob,
		urlOf,
		tokenOf: (jobId: string) => String(new URL(urlOf(jobId)).searchParams.get('veoToken')),
		/** Delivers the callback of a job. @returns the trigger's answers */
		send: async (jobId: string, options: DeliverOptions = {}) =>
			statusesOf(await sandbox().deliver(jobId, options)),
	};
}
