import type { SandboxDelivery } from './callbacks.mts';
import { sandboxProviders } from './registry.mts';
import type { SandboxJob } from './server.mts';

/** Makes a job on a running sandbox, ends it, and has its callback posted to `target`. */
export async function deliverSample(
	url: string,
	apiKey: string,
	providerId: string,
	target: string,
): Promise<SandboxDelivery> {
	const provider = sandboxProviders.find(({ id }) => id === providerId);
	const path = provider?.routes.find(({ call }) => call === 'submit')?.path;
	if (!provider?.callback || !path) {
		const able = sandboxProviders.filter(({ callback }) => callback).map(({ id }) => id);
		throw new Error(`--provider must be one of ${able.join(', ')}`);
	}
	const authorization = `${provider.authorization} ${apiKey}`;
	const { body } = provider.callback.sample('A sample callback');
	await ask(`${url}${path}`, body, { authorization });
	const jobs: SandboxJob[] = await ask(`${url}/_sandbox/jobs`);
	const job = jobs.findLast((made) => made.provider === providerId);
	if (!job) throw new Error(`${providerId} did not take its own sample`);
	const at = `${url}/_sandbox/jobs/${encodeURIComponent(job.id)}`;
	await ask(`${at}/finish`, {});
	const [delivery] = await ask(`${at}/deliver`, { url: target });
	return delivery;
}

async function ask(url: string, body?: object, headers?: Record<string, string>): Promise<any> {
	const response = await fetch(url, {
		method: body ? 'POST' : 'GET',
		headers: { 'Content-Type': 'application/json', ...headers },
		body: body && JSON.stringify(body),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
	return JSON.parse(text);
}
