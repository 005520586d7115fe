import { sandboxProviders } from '../../sandbox/registry.mts';
import { useSandbox } from '../useSandbox.mts';
import { clientOf } from './client.mts';
import { startReceiver } from './receiver.mts';
import type { Received, Receiver } from './receiver.mts';

/** Long enough for what should not happen. */
export const settle = async () => await new Promise((resolve) => setTimeout(resolve, 150));

/** A sandbox whose callbacks arrive at a receiver; both are new or empty for each test. */
export function useCallbacks() {
	const sandbox = useSandbox(60, {
		allowHttpCallbacks: true,
		callbackRetryMilliseconds: 20,
	});
	let receiver: Receiver;
	beforeEach(async () => {
		receiver = await startReceiver();
	});
	afterEach(async () => await receiver.stop());

	/** @returns the job's id, or undefined when the provider has refused the request */
	async function submit(provider: string, prompt: string, url: string): Promise<string> {
		const { routes, authorization, callback } = sandboxProviders.find(({ id }) => id === provider)!;
		const path = routes.find(({ call }) => call === 'submit')!.path;
		const { body, query: params } = callback!.sample(prompt, url);
		await clientOf(sandbox, authorization)('post', path, body, { params });
		return sandbox().requests.at(-1)?.jobId as string;
	}

	/** Ends a job and waits for its callback. */
	async function ended(
		provider: string,
		prompt = 'A lamp',
	): Promise<{ id: string; first: Received }> {
		const id = await submit(provider, prompt, receiver.url);
		sandbox().finish(id);
		await receiver.arrived(1);
		return { id, first: receiver.received[0] };
	}

	return { sandbox, receiver: () => receiver, submit, ended };
}
