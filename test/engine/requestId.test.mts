import { providers } from '../../nodes/shared/registry';
import type { VideoProvider } from '../../nodes/shared/types';
import { request, runUnified, useSandbox } from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const sandbox = useSandbox(600);
const at = (id: string) => providers.find((provider) => provider.id === id) as VideoProvider;
const aimlApi = at('aimlapi');

const generate = async (provider: VideoProvider, prompt: string, options: RunOptions = {}) =>
	await runUnified(
		sandbox(),
		provider,
		{ operation: 'generate', ...request, prompt: `=${prompt}` },
		options,
	);

const idsSent = () =>
	sandbox().requests.map(({ call, headers, at: _, ...rest }) => {
		expect({ call, path: rest.path }).toMatchObject({ call: 'submit' });
		return headers['x-client-request-id'];
	});

const hashOf = (id: string) => id.split('-')[0];

it('every submit to AI/ML API has a name of its own, which begins with what it asks for', async () => {
	await generate(aimlApi, '{{ $json.prompt }}', {
		input: [{ prompt: 'a fox' }, { prompt: 'a boat' }, { prompt: 'a fox' }],
	});
	const names = new Map(
		sandbox().requests.map(({ body, headers }) => [
			headers['x-client-request-id'],
			(body as { prompt: string }).prompt,
		]),
	);
	expect(names.size).toBe(3);
	for (const name of names.keys()) expect(name).toMatch(/^[\da-f]{16}-[\da-f-]{36}$/);
	const foxes = [...names].filter(([, prompt]) => prompt === 'a fox').map(([name]) => name);
	const [boat] = [...names].filter(([, prompt]) => prompt === 'a boat').map(([name]) => name);
	expect(hashOf(foxes[0])).toBe(hashOf(foxes[1]));
	expect(hashOf(boat)).not.toBe(hashOf(foxes[0]));
});

it('a submit that is repeated after a 429 keeps its name', async () => {
	sandbox().inject({
		provider: 'aimlapi',
		call: 'submit',
		fault: { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
	});
	await generate(aimlApi, 'a fox');
	const [first, second, ...others] = idsSent();
	expect(first).toBe(second);
	expect(others).toEqual([]);
});

describe.each([
	['after a server error', { kind: 'status', status: 502, afterHandling: true }],
	['after a broken connection', { kind: 'drop', when: 'after' }],
] as const)('a submit that may have been accepted %s', (_, fault) => {
	it('is named in the error, and in that of a second try', async () => {
		sandbox().inject({ provider: 'aimlapi', call: 'submit', fault });
		const first = await generate(aimlApi, 'a fox');
		const [id] = idsSent();
		expect(first.error?.description).toContain(`client request ID ${id} in the usage logs`);
		const second = await generate(aimlApi, 'a fox', { retryOf: first.run.data });
		expect(second.error?.description).toContain(`client request ID ${id} in the usage logs`);
		expect(idsSent()).toEqual([id]);
	});
});

it('other providers are sent no such header, and their errors name none', async () => {
	for (const provider of providers.filter(({ id }) => id !== 'aimlapi')) {
		sandbox().inject({
			provider: provider.id,
			call: 'submit',
			fault: { kind: 'status', status: 502, afterHandling: true },
		});
		const { error } = await generate(provider, 'a fox');
		expect(error?.description).toContain(`in your ${provider.displayName} dashboard`);
	}
	expect(idsSent()).toEqual(providers.slice(1).map(() => undefined));
});
